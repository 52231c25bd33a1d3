using Wigwag.Core.Text;

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
        Edits.Between(wanted, name) is var edits && edits <= Math.Clamp(wanted.Length / 3, 1, 3) ? edits : int.MaxValue;

    private static string Last(string text) => text[(text.LastIndexOf('/') + 1)..];
}
