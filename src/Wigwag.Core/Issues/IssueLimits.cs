using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Issues;

/// <summary>What an issue's texts, labels and priority may be.</summary>
public static class IssueLimits
{
    public const int TitleCharacters = 500;
    public const int BodyBytes = 256 * 1024;
    public const int ReasonBytes = 64 * 1024;
    public const int Labels = 20;
    public const int LabelCharacters = 50;
    public const int DependenciesOfANewIssue = 50;
    public const int DefaultPriority = 2;

    /// <summary>Of the subject under which a change is told; a longer title is cut there.</summary>
    internal const int SubjectCharacters = 300;

    /// <summary>The title on one line, without control and invisible characters; 1 to 500 characters.</summary>
    internal static Result<string> Title(string title)
    {
        var clean = Sanitize.OneLine(title);
        return clean.Length is > 0 and <= TitleCharacters
            ? clean
            : Error.Invalid(
                "bad_title",
                $"An issue's title has 1 to {TitleCharacters} characters; this one has {clean.Length}.",
                "Say in one line what is wrong and put the rest into the body.");
    }

    /// <summary>The body as written, at most 256 KiB; it is cleaned where it is shown.</summary>
    internal static Result<string> Body(string body) => Markdown(body, BodyBytes, "body_too_large", "An issue's body");

    /// <summary>Why an issue is closed or reopened, as written; at most 64 KiB.</summary>
    internal static Result<string> Reason(string reason) => Markdown(reason, ReasonBytes, "reason_too_large", "A reason");

    internal static Result<int> Priority(int priority) => priority is >= 0 and <= 4
        ? priority
        : Error.Invalid("bad_priority", $"An issue's priority is 0 to 4, not {priority}.", "Use 0 for the most urgent, 2 for the usual, 4 for the least.");

    /// <summary>The labels in lower case, each once, sorted; at most 20 of 1 to 50 characters without white space.</summary>
    internal static Result<string[]> Set(IEnumerable<string> labels)
    {
        var set = new SortedSet<string>(labels.Select(label => label.ToLowerInvariant()), StringComparer.Ordinal);
        if (set.FirstOrDefault(label => label.Length is 0 or > LabelCharacters || label.Any(IsNoneOfALabel) || Sanitize.OneLine(label) != label) is { } bad)
        {
            return Error.Invalid(
                "bad_label",
                $"A label has 1 to {LabelCharacters} characters without spaces and commas; {Sanitize.Quote(bad)} is none.",
                "Write it like needs-repro.");
        }
        return set.Count <= Labels
            ? set.ToArray()
            : Error.Invalid("too_many_labels", $"An issue has at most {Labels} labels; this one would have {set.Count}.", "Remove some.");
    }

    private static bool IsNoneOfALabel(char c) => char.IsWhiteSpace(c) || c == ',';

    private static Result<string> Markdown(string text, int limitBytes, string code, string what)
    {
        if (!Sanitize.IsStorable(text))
        {
            return Error.Invalid("bad_text", $"{what} cannot hold NUL or half of a surrogate pair.", "Send valid UTF-8 without NUL; attach bytes to a message instead.");
        }
        return Encoding.UTF8.GetByteCount(text) <= limitBytes
            ? text
            : Error.TooLarge(code, $"{what} has at most {limitBytes / 1024} KiB.", "Send the long part as an attachment of a message about the issue.");
    }
}
