using System.Globalization;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>A word or phrase that somebody looks for, as typed, without its quotes and signs.</summary>
/// <param name="Text">Never empty.</param>
/// <param name="IsPrefix">True for <c>pars*</c>: any word that begins so.</param>
public sealed record SearchTerm(string Text, bool IsPrefix)
{
    /// <summary>True when a full-text index can know it: it has a letter or digit.</summary>
    public bool HasWord => Text.Any(char.IsLetterOrDigit);
}

/// <summary>
/// What somebody typed into a search, taken apart: words, "phrases", prefixes*, -exclusions, and the filters <c>from: to: category: issue:
/// project: before: after:</c>. Any text can be typed: what reads as none of these is a word.
/// </summary>
internal sealed record SearchQuery
{
    public const int LimitCharacters = 1000;
    public const int LimitTerms = 32;

    public List<SearchTerm> Wanted { get; } = [];

    public List<SearchTerm> Unwanted { get; } = [];

    /// <summary>Filters by name, as typed; the last of each name counts.</summary>
    public Dictionary<string, string> Filters { get; } = [];

    public MessageCategory? Category { get; private set; }

    public DateTimeOffset? Before { get; private set; }

    public DateTimeOffset? After { get; private set; }

    public static Result<SearchQuery> Parse(string text)
    {
        if (text.Length > LimitCharacters)
        {
            return Error.TooLarge("query_too_long", $"A search has at most {LimitCharacters} characters.", "Search for fewer words.");
        }
        var query = new SearchQuery();
        // The index knows no controls, and half a surrogate pair is no character.
        var line = Sanitize.OneLine(text);
        for (var i = 0; i < line.Length;)
        {
            if (line[i] == ' ')
            {
                i++;
                continue;
            }
            var excluded = line[i] == '-' && i + 1 < line.Length && line[i + 1] != ' ';
            i += excluded ? 1 : 0;
            var name = FilterAt(line, i);
            i += name is null ? 0 : name.Length + 1;
            var (value, isPhrase, end) = Value(line, i);
            i = end;
            if (name is not null && !excluded)
            {
                if (query.Filter(name, value) is { } refusal)
                {
                    return refusal;
                }
            }
            else
            {
                query.Add(name is null ? value : $"{name}:{value}", isPhrase, excluded);
            }
        }
        return query.Wanted.Count + query.Unwanted.Count > LimitTerms
            ? Error.TooLarge("query_too_long", $"A search has at most {LimitTerms} words.", "Search for fewer words.")
            : query;
    }

    private static readonly string[] FilterNames = ["from", "to", "category", "issue", "project", "before", "after"];

    private static string? FilterAt(string line, int start) => Array.Find(
        FilterNames,
        name => line.Length > start + name.Length + 1 &&
            line[start + name.Length] == ':' &&
            line[start + name.Length + 1] != ' ' &&
            line.AsSpan(start, name.Length).Equals(name, StringComparison.OrdinalIgnoreCase));

    // Up to the closing quote, or without quotes up to the next blank. A quote that is never closed is closed by the end.
    private static (string Value, bool IsPhrase, int End) Value(string line, int start)
    {
        var isPhrase = start < line.Length && line[start] == '"';
        var from = isPhrase ? start + 1 : start;
        var to = line.IndexOf(isPhrase ? '"' : ' ', from);
        to = to < 0 ? line.Length : to;
        return (line[from..to], isPhrase, isPhrase && to < line.Length ? to + 1 : to);
    }

    private void Add(string value, bool isPhrase, bool excluded)
    {
        var isPrefix = !isPhrase && value.Length > 1 && value.EndsWith('*');
        value = isPrefix ? value.TrimEnd('*') : value;
        if (value.Length > 0)
        {
            (excluded ? Unwanted : Wanted).Add(new(value, isPrefix));
        }
    }

    private Error? Filter(string name, string value)
    {
        if (value.Length == 0)
        {
            return null;
        }
        Filters[name] = value;
        switch (name)
        {
            case "category":
                Category = Words.Parse<MessageCategory>(value);
                return Category is null
                    ? Error.Invalid("bad_category", $"There is no category {Sanitize.Quote(value)}.", "Use HANDOFF, BLOCKED, DECISION, INFO or REQUEST.")
                    : null;
            case "before" or "after":
                if (!DateTimeOffset.TryParse(
                    value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                {
                    return Error.Invalid("bad_time", $"{Sanitize.Quote(value)} is no time.", $"Write {name}:2026-07-28 or {name}:2026-07-28T12:00:00Z.");
                }
                Before = name == "before" ? time : Before;
                After = name == "after" ? time : After;
                return null;
            default:
                return null;
        }
    }
}
