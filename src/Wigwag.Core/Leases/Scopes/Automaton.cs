using System.Buffers;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>
/// A nondeterministic finite automaton that reads paths, small because each character of a pattern is at most two states. What it reads in one
/// step is a state of its own, and free steps are followed when it is built. Whether it reads a path takes states × length steps, whether
/// two read a path in common at most states × states × <see cref="Place.Count"/>: whatever the patterns are.
/// </summary>
internal sealed class Automaton
{
    private readonly RuneSet[] _on; // what each state reads
    private readonly int[][] _next; // the states after it
    private readonly bool[] _ends; // whether it may be the last
    private readonly int[] _first;

    private Automaton(RuneSet[] on, int[][] next, bool[] ends, int[] first) => (_on, _next, _ends, _first) = (on, next, ends, first);

    /// <summary>How many states it has.</summary>
    public int Size => _on.Length;

    /// <summary>How many steps lead from one state to another.</summary>
    public int Steps => field > 0 ? field : field = Math.Max(1, _next.Sum(next => next.Length));

    /// <summary>True when it reads exactly <paramref name="runes"/>.</summary>
    public bool Reads(ReadOnlySpan<int> runes)
    {
        var words = (Size + 63) / 64;
        var sets = ArrayPool<ulong>.Shared.Rent(2 * words);
        var now = sets.AsSpan(0, words);
        var after = sets.AsSpan(words, words);
        now.Clear();
        foreach (var state in _first)
        {
            Add(now, state);
        }
        var ended = false;
        foreach (var rune in runes)
        {
            after.Clear();
            (ended, var any) = (false, false);
            for (var word = 0; word < words; word++)
            {
                for (var left = now[word]; left != 0; left &= left - 1)
                {
                    var state = (word * 64) + System.Numerics.BitOperations.TrailingZeroCount(left);
                    if (_on[state].Contains(rune))
                    {
                        ended |= _ends[state];
                        any = true;
                        foreach (var next in _next[state])
                        {
                            Add(after, next);
                        }
                    }
                }
            }
            if (!any)
            {
                ended = false;
                break;
            }
            var spare = now;
            now = after;
            after = spare;
        }
        ArrayPool<ulong>.Shared.Return(sets);
        return ended;
    }

    /// <summary>
    /// True when some path is read by both: a search of the product of the two automata and of one that reads well-formed paths
    /// (no empty segment, none that is <c>.</c> or <c>..</c>). Exact; each of the triples is visited once.
    /// </summary>
    public bool Meets(Automaton other)
    {
        var triples = Size * other.Size * Place.Count;
        var visited = ArrayPool<ulong>.Shared.Rent((triples / 64) + 1);
        Array.Clear(visited, 0, (triples / 64) + 1);
        var open = new Stack<int>(64);
        var found = false;
        Visit(_first, other._first, Place.Begins);
        while (!found && open.TryPop(out var triple))
        {
            var (mine, theirs, place) = (triple / Place.Count / other.Size, triple / Place.Count % other.Size, triple % Place.Count);
            var (slash, dot, rest) = _on[mine].Common(other._on[theirs]);
            var after = Place.After(place, slash, dot, rest);
            found = (after & (1 << Place.Named)) != 0 && _ends[mine] && other._ends[theirs];
            for (var next = 0; next < Place.Count && !found; next++)
            {
                if ((after & (1 << next)) != 0)
                {
                    Visit(_next[mine], other._next[theirs], next);
                }
            }
        }
        ArrayPool<ulong>.Shared.Return(visited);
        return found;

        void Visit(int[] mine, int[] theirs, int place)
        {
            foreach (var one in mine)
            {
                foreach (var two in theirs)
                {
                    var triple = (((one * other.Size) + two) * Place.Count) + place;
                    if ((visited[triple / 64] & (1UL << (triple % 64))) == 0)
                    {
                        visited[triple / 64] |= 1UL << (triple % 64);
                        open.Push(triple);
                    }
                }
            }
        }
    }

    private static void Add(Span<ulong> set, int state) => set[state / 64] |= 1UL << (state % 64);

    /// <summary>Where a well-formed path can stand within its present segment.</summary>
    private static class Place
    {
        public const int Begins = 0;
        public const int Dot = 1;
        public const int DotDot = 2;
        public const int Named = 3;
        public const int Count = 4;

        /// <summary>The places reached from one by a slash, a dot, or another rune, as bits.</summary>
        public static int After(int place, bool slash, bool dot, bool rest) =>
            (place == Named && slash ? 1 << Begins : 0)
            | (place is Begins or Dot && dot ? 1 << (place + 1) : 0)
            | (rest || (dot && place is DotDot or Named) ? 1 << Named : 0);
    }

    /// <summary>Puts an automaton together from states, steps that read a rune, and steps that read none.</summary>
    internal sealed class Builder
    {
        private readonly List<(RuneSet? On, int To, List<int> Free)> _states = [];

        public int Add()
        {
            _states.Add((null, -1, []));
            return _states.Count - 1;
        }

        /// <summary>From one state to another by reading one rune of the set. A state has at most one such step.</summary>
        public void Edge(int from, RuneSet on, int to) => _states[from] = (on, to, _states[from].Free);

        /// <summary>From one state to another by reading nothing.</summary>
        public void Free(int from, int to) => _states[from].Free.Add(to);

        public Automaton Build(int start, int end)
        {
            var readers = Enumerable.Range(0, _states.Count).Where(state => _states[state].On is not null).ToList();
            var number = new int[_states.Count];
            for (var i = 0; i < readers.Count; i++)
            {
                number[readers[i]] = i;
            }
            var reached = readers.ConvertAll(state => Reach(_states[state].To));
            return new(
                [.. readers.Select(state => _states[state].On!)],
                [.. reached.Select(Readers)],
                [.. reached.Select(states => states.Contains(end))],
                Readers(Reach(start)));

            int[] Readers(HashSet<int> states) => [.. states.Where(state => _states[state].On is not null).Select(state => number[state]).Order()];
        }

        private HashSet<int> Reach(int from)
        {
            var reached = new HashSet<int>();
            var open = new Stack<int>([from]);
            while (open.TryPop(out var state))
            {
                if (reached.Add(state))
                {
                    _states[state].Free.ForEach(open.Push);
                }
            }
            return reached;
        }
    }
}
