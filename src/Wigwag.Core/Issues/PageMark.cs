using System.Buffers.Text;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Issues;

/// <summary>Where a page of issues ended, as an opaque cursor: the sort key of its last line.</summary>
/// <param name="Priority">Its priority; 0 in lists that do not sort by it.</param>
/// <param name="CreatedAtMs">When it was created, in milliseconds since 1970.</param>
/// <param name="Issue">Its id.</param>
internal sealed record PageMark(long Priority, long CreatedAtMs, string Issue)
{
    public static PageMark Of(IssueSummary last, bool byPriority) =>
        new(byPriority ? last.Priority : 0, last.CreatedAt.ToUnixTimeMilliseconds(), last.IssueId.Value);

    public string Write() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Priority} {CreatedAtMs} {Issue}"));

    /// <summary>The mark that a cursor holds, or <paramref name="start"/> without one; <c>bad_cursor</c> for a text that no page gave out.</summary>
    public static Result<PageMark> Read(string? cursor, PageMark start)
    {
        if (cursor is null)
        {
            return start;
        }
        return Base64Url.IsValid(cursor)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split(' ') is [var priority, var at, var issue]
            && long.TryParse(priority, out var p)
            && long.TryParse(at, out var ms)
            ? new PageMark(p, ms, issue)
            : Error.Invalid("bad_cursor", "The cursor is not one that a list of issues gave out.", "Use next_cursor of the page before as it is, or none for the first page.");
    }

    /// <summary>The page that <paramref name="lines"/> make, of which one more than <paramref name="limit"/> was asked for.</summary>
    public static IssuePage Page(List<IssueSummary> lines, int limit, bool byPriority) => lines.Count > limit
        ? new() { Issues = lines[..limit], NextCursor = Of(lines[limit - 1], byPriority).Write() }
        : new() { Issues = lines };
}
