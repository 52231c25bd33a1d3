using System.Collections.Immutable;
using System.Text;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>A set of Unicode scalar values, as sorted, disjoint, inclusive ranges.</summary>
internal sealed class RuneSet
{
    private const int Last = 0x10FFFF;

    /// <summary>Everything but the separator.</summary>
    public static readonly RuneSet NotSlash = Of([('/', '/')]).Complement();

    private readonly ImmutableArray<(int From, int To)> _ranges;

    private RuneSet(ImmutableArray<(int From, int To)> ranges) => _ranges = ranges;

    public static RuneSet One(int rune) => new([(rune, rune)]);

    /// <summary>The union of ranges in any order.</summary>
    public static RuneSet Of(IEnumerable<(int From, int To)> ranges)
    {
        var merged = new List<(int From, int To)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.From <= merged[^1].To + 1)
            {
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, range.To));
            }
            else
            {
                merged.Add(range);
            }
        }
        return new([.. merged]);
    }

    public bool IsEmpty => _ranges.IsEmpty;

    public RuneSet Complement()
    {
        var gaps = ImmutableArray.CreateBuilder<(int, int)>();
        var next = 0;
        foreach (var (from, to) in _ranges)
        {
            if (from > next)
            {
                gaps.Add((next, from - 1));
            }
            next = to + 1;
        }
        if (next <= Last)
        {
            gaps.Add((next, Last));
        }
        return new(gaps.ToImmutable());
    }

    public RuneSet And(RuneSet other)
    {
        var both = ImmutableArray.CreateBuilder<(int, int)>();
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            var (from, to) = (Math.Max(_ranges[i].From, other._ranges[j].From), Math.Min(_ranges[i].To, other._ranges[j].To));
            if (from <= to)
            {
                both.Add((from, to));
            }
            if (_ranges[i].To < other._ranges[j].To)
            {
                i++;
            }
            else
            {
                j++;
            }
        }
        return new(both.ToImmutable());
    }

    /// <summary>Whether a slash, a dot, and anything else is in both; makes no set.</summary>
    public (bool Slash, bool Dot, bool Other) Common(RuneSet other)
    {
        var (slash, dot, rest) = (false, false, false);
        for (int i = 0, j = 0; i < _ranges.Length && j < other._ranges.Length;)
        {
            var (from, to) = (Math.Max(_ranges[i].From, other._ranges[j].From), Math.Min(_ranges[i].To, other._ranges[j].To));
            if (from <= to)
            {
                slash |= from <= '/' && to >= '/';
                dot |= from <= '.' && to >= '.';
                rest |= from < '.' || to > '/';
            }
            if (_ranges[i].To < other._ranges[j].To)
            {
                i++;
            }
            else
            {
                j++;
            }
        }
        return (slash, dot, rest);
    }

    public bool Contains(int rune)
    {
        foreach (var (from, to) in _ranges)
        {
            if (rune <= to)
            {
                return rune >= from;
            }
        }
        return false;
    }

    /// <summary>Each member as <see cref="Folding.Fold"/> has it.</summary>
    public RuneSet Folded()
    {
        var ranges = new List<(int, int)>();
        foreach (var (from, to) in _ranges)
        {
            var next = from;
            foreach (var (cased, folded) in Folding.Within(from, to))
            {
                if (cased > next)
                {
                    ranges.Add((next, cased - 1));
                }
                ranges.Add((folded, folded));
                next = cased + 1;
            }
            if (next <= to)
            {
                ranges.Add((next, to));
            }
        }
        return Of(ranges);
    }
}

/// <summary>Case folding of single runes: to upper case and back to lower case, in the invariant culture.</summary>
internal static class Folding
{
    private static readonly Lazy<(int Cased, int Folded)[]> Table = new(() =>
        [.. Enumerable.Range(0, 0x10FFFF + 1)
            .Where(Rune.IsValid)
            .Select(value => (Cased: value, Folded: Fold(value)))
            .Where(pair => pair.Cased != pair.Folded)]);

    private static readonly Lazy<RuneSet> Unchanged = new(() => RuneSet.Of(Table.Value.Select(pair => (pair.Cased, pair.Cased))).Complement().And(RuneSet.NotSlash));

    /// <summary>Everything that folding leaves as it is, but the separator.</summary>
    public static RuneSet Fixed => Unchanged.Value;

    public static int Fold(int rune) => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(rune))).Value;

    /// <summary>The runes from <paramref name="from"/> to <paramref name="to"/> that folding changes, in order.</summary>
    public static IEnumerable<(int Cased, int Folded)> Within(int from, int to)
    {
        var table = Table.Value;
        var start = Array.BinarySearch(table, (from, -1));
        for (var i = start < 0 ? ~start : start; i < table.Length && table[i].Cased <= to; i++)
        {
            yield return table[i];
        }
    }
}
