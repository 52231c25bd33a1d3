using System.Buffers.Text;
using System.Text;

namespace Wigwag.Core.Operations;

/// <summary>Where a page of a list ended that is in the order of a name: opaque to whoever pages.</summary>
public static class NameCursor
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>How many lines a page has; <c>bad_limit</c> outside 1 to 200.</summary>
    public static Result<int> Limit(int? asked) => (asked ?? DefaultLimit) is var limit and >= 1 and <= MaxLimit
        ? limit
        : Error.Invalid("bad_limit", $"A page has 1 to {MaxLimit} lines, not {asked}.", $"Leave limit out for {DefaultLimit} and follow next_cursor for more.");

    /// <summary>The cursor after the line of this name.</summary>
    public static string After(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes("n:" + name));

    /// <summary>The name after which to go on, empty for no cursor; <c>bad_cursor</c> for a text that no page gave out.</summary>
    public static Result<string> Read(string? cursor)
    {
        if (cursor is null)
        {
            return "";
        }
        return cursor.Length <= 1024 && Base64Url.IsValid(cursor)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) is ['n', ':', .. var name]
            ? name
            : Error.Invalid("bad_cursor", "The cursor is not one that this list gave out.", "Use next_cursor of the page before as it is, or none for the first page.");
    }
}
