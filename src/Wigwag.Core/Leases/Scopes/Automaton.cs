namespace Wigwag.Core.Leases.Scopes;

/// <summary>
/// A nondeterministic finite automaton over runes, small because every pattern character adds at most two states. Deciding
/// membership costs states × length; deciding whether two share a path costs states × states.
/// </summary>
internal sealed class Automaton
{
    private readonly List<State> _states = [];

    private sealed class State
    {
        public RuneSet? On { get; set; }

        public int To { get; set; } = -1;

        public List<int> Free { get; } = [];
    }

    public int Size => _states.Count;

    public int Start { get; set; }

    public int End { get; set; }

    public int Add()
    {
        _states.Add(new());
        return _states.Count - 1;
    }

    /// <summary>From one state to another by reading one rune of the set. A state has at most one such edge.</summary>
    public void Edge(int from, RuneSet on, int to) => (_states[from].On, _states[from].To) = (on, to);

    /// <summary>From one state to another by reading nothing.</summary>
    public void Free(int from, int to) => _states[from].Free.Add(to);

    /// <summary>True when the automaton reads exactly <paramref name="runes"/>.</summary>
    public bool Reads(ReadOnlySpan<int> runes)
    {
        var now = new HashSet<int>();
        Follow(Start, now);
        foreach (var rune in runes)
        {
            var next = new HashSet<int>();
            foreach (var state in now)
            {
                if (_states[state].On is { } on && on.Contains(rune))
                {
                    Follow(_states[state].To, next);
                }
            }
            if (next.Count == 0)
            {
                return false;
            }
            now = next;
        }
        return now.Contains(End);
    }

    /// <summary>
    /// True when some path is read by both: a search of the product of the two automata and of one that reads well-formed paths
    /// (no empty segment, none that is <c>.</c> or <c>..</c>). Exact; at most 4 × states × states pairs are visited, each once.
    /// </summary>
    public bool Meets(Automaton other)
    {
        var visited = new System.Collections.BitArray(_states.Count * other._states.Count * Segment.Count);
        var open = new Stack<(int Mine, int Theirs, int Place)>();
        void Visit(int mine, int theirs, int place)
        {
            var index = (((mine * other._states.Count) + theirs) * Segment.Count) + place;
            if (!visited[index])
            {
                visited[index] = true;
                open.Push((mine, theirs, place));
            }
        }
        Visit(Start, other.Start, Segment.Begins);
        while (open.TryPop(out var at))
        {
            if (at.Mine == End && at.Theirs == other.End && at.Place == Segment.Named)
            {
                return true;
            }
            var (mine, theirs) = (_states[at.Mine], other._states[at.Theirs]);
            mine.Free.ForEach(to => Visit(to, at.Theirs, at.Place));
            theirs.Free.ForEach(to => Visit(at.Mine, to, at.Place));
            if (mine.On is { } on && theirs.On is { } and && on.And(and) is { IsEmpty: false } both)
            {
                foreach (var place in Segment.After(at.Place, both))
                {
                    Visit(mine.To, theirs.To, place);
                }
            }
        }
        return false;
    }

    private void Follow(int state, HashSet<int> reached)
    {
        if (reached.Add(state))
        {
            _states[state].Free.ForEach(to => Follow(to, reached));
        }
    }

    /// <summary>Where a well-formed path can stand within its present segment.</summary>
    private static class Segment
    {
        public const int Begins = 0;
        public const int Dot = 1;
        public const int DotDot = 2;
        public const int Named = 3;
        public const int Count = 4;

        /// <summary>The places reached from one by reading any rune of a set.</summary>
        public static IEnumerable<int> After(int place, RuneSet runes)
        {
            if (place == Named && runes.Contains('/'))
            {
                yield return Begins;
            }
            if (place is Begins or Dot && runes.Contains('.'))
            {
                yield return place + 1;
            }
            var rest = runes.And(RuneSet.NotSlash);
            if (!rest.IsEmpty && (place is DotDot or Named || rest.HasOtherThan('.')))
            {
                yield return Named;
            }
        }
    }
}
