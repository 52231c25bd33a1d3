namespace Wigwag.Core.Projects;

/// <summary>Finds what somebody may have meant.</summary>
public static class NearNames
{
    private const int MaxNames = 5;

    /// <summary>The names close to <paramref name="wanted"/>, closest first, at most five: a few letters off, or the same after the last slash.</summary>
    public static List<string> Of(string wanted, IEnumerable<string> names)
    {
        var text = wanted.ToLowerInvariant();
        return [.. names
            .Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Distance: Distance(text, name.ToLowerInvariant())))
            .Where(near => near.Distance < int.MaxValue)
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(MaxNames)
            .Select(near => near.Name)];
    }

    /// <summary>A sentence that offers <see cref="Of"/>, or <paramref name="otherwise"/> when nothing is near.</summary>
    public static string Offer(string wanted, IEnumerable<string> names, string otherwise) => Of(wanted, names) is { Count: > 0 } near
        ? $"Did you mean {string.Join(" or ", near)}? {otherwise}"
        : otherwise;

    private static int Distance(string wanted, string name)
    {
        if (Last(wanted) == Last(name) || name.StartsWith(wanted, StringComparison.Ordinal))
        {
            return 0;
        }
        return Math.Min(Near(wanted, name), Near(Last(wanted), Last(name)));
    }

    // A third of the letters may be wrong, three at most; what is further off is another name.
    private static int Near(string wanted, string name) =>
        Edits(wanted, name) is var edits && edits <= Math.Clamp(wanted.Length / 3, 1, 3) ? edits : int.MaxValue;

    private static string Last(string text) => text[(text.LastIndexOf('/') + 1)..];

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3)
        {
            return int.MaxValue;
        }
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(table[i - 1, j], table[i, j - 1]) + 1,
                        table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
                }
            }
        }
        return table[a.Length, b.Length];
    }
}
