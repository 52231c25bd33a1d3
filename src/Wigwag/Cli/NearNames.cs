namespace Wigwag.Program.Cli;

/// <summary>What a mistyped name may have meant.</summary>
internal static class NearNames
{
    /// <summary><c>Did you mean inbox or issue?</c>, or <paramref name="otherwise"/> when nothing is near.</summary>
    public static string Suggest(string name, IEnumerable<string> known, string otherwise)
    {
        var near = known
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, name.Length / 3) || (name.Length > 2 && pair.candidate.StartsWith(name, StringComparison.Ordinal)))
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .Distinct()
            .Take(3)
            .ToList();
        return near.Count == 0 ? otherwise : $"Did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours that lie between two names.</summary>
    private static int Distance(string a, string b)
    {
        var (older, old, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            old[j] = j;
        }
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], old[j]) + 1, old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
                }
            }
            (older, old, row) = (old, row, older);
        }
        return old[b.Length];
    }
}
