using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>The piece of a text that shows why it was found.</summary>
internal static class Snippet
{
    private const int Length = 200;
    private const int Before = 60;

    /// <summary>One clean line of about 200 characters around the first term found, or the beginning.</summary>
    public static string Of(string body, IReadOnlyList<SearchTerm> terms)
    {
        var text = Sanitize.OneLine(body);
        var at = terms.Select(term => Find(text, term.Text)).Where(place => place >= 0).DefaultIfEmpty(0).Min();
        var start = Edge(text, at <= Before ? 0 : at - Before);
        var end = Edge(text, Math.Min(text.Length, start + Length));
        return (start > 0 ? "…" : "") + text[start..end] + (end < text.Length ? "…" : "");
    }

    // The index knows the stem of a word, "crashes" by "crash": without its last letters it is found as well.
    private static int Find(string text, string term)
    {
        var place = text.IndexOf(term, StringComparison.OrdinalIgnoreCase);
        return place >= 0 || term.Length < 5 ? place : text.IndexOf(term[..(term.Length - 2)], StringComparison.OrdinalIgnoreCase);
    }

    private static int Edge(string text, int place) =>
        place > 0 && place < text.Length && char.IsLowSurrogate(text[place]) ? place - 1 : place;
}
