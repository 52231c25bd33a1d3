using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>What a message's texts may be.</summary>
internal static class MessageLimits
{
    public const int SubjectCharacters = 300;
    public const int ActionCharacters = 2000;
    public const int PageSize = 100;
    public const int PreviewCharacters = 280;
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(300);
    public static readonly TimeSpan LongestAckWithin = TimeSpan.FromDays(30);

    /// <summary>The subject on one line, without controls and invisible characters; 1 to 300 characters.</summary>
    public static Result<string> Subject(string subject) => Line(subject, "subject", SubjectCharacters);

    /// <summary>The requested action, on one line; 1 to 2,000 characters.</summary>
    public static Result<string> Action(string action) => Line(action, "action", ActionCharacters);

    /// <summary>The body as written; refused when no store could give it back unchanged.</summary>
    public static Result<string> Body(string body)
    {
        if (!Sanitize.IsStorable(body))
        {
            return NotText("body");
        }
        var limit = MessagePolicy.Current.BodyLimitBytes;
        return Encoding.UTF8.GetByteCount(body) <= limit
            ? body
            : Error.TooLarge("body_too_large", $"A message's body has at most {limit / 1024} KiB.", "Attach the long part as a file.");
    }

    public static Result<int> Page(int? limit) => limit switch
    {
        null => 20,
        >= 1 and <= PageSize => limit.Value,
        _ => Error.Invalid("bad_limit", $"A page has 1 to {PageSize} entries, not {limit}.", "Ask for fewer and follow next_cursor."),
    };

    private static Result<string> Line(string text, string what, int limit)
    {
        if (!Sanitize.IsStorable(text))
        {
            return NotText(what);
        }
        var line = Sanitize.OneLine(text);
        return line.Length >= 1 && line.Length <= limit
            ? line
            : Error.Invalid($"bad_{what}", $"The {what} is one line of 1 to {limit} characters; this one has {line.Length}.", "Say the rest in the body.");
    }

    private static Error NotText(string what) => Error.Invalid(
        "bad_text", $"The {what} holds a NUL or half of a surrogate pair, which is not text.", "Attach binary content as a file.");
}
