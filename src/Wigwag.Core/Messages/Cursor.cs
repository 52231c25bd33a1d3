using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>A place in a list, opaque to those who page: what list it belongs to and the numbers of the last row seen.</summary>
internal static class Cursor
{
    public static string Of(char list, params ReadOnlySpan<long> place)
    {
        var text = new StringBuilder().Append(list);
        foreach (var number in place)
        {
            text.Append(CultureInfo.InvariantCulture, $":{number}");
        }
        return Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>The numbers of a cursor, as many as <paramref name="start"/> has; for no cursor at all, <paramref name="start"/>.</summary>
    /// <returns><c>bad_cursor</c> for a text that the list never gave; <c>cursor_expired</c> for a place that a restore lost.</returns>
    public static async ValueTask<Result<long[]>> Read(Session session, string? cursor, char list, params long[] start)
    {
        if (cursor is null)
        {
            return start;
        }
        if (!Parse(cursor, list, start).Try(out var place, out var error))
        {
            return error;
        }
        // Every number is a message's, but the rank in a cursor of the search.
        for (var i = 0; i < place.Length; i++)
        {
            if ((list != 'q' || i != 1) && await Timeline.IsLost(session, "messages", place[i]))
            {
                return new Error(
                    ErrorKind.Expired,
                    "cursor_expired",
                    "The database was restored from a backup, and that place was given out after the backup was made.",
                    "Read the inbox or the list anew, and go on from what it gives.");
            }
        }
        return place;
    }

    private static Result<long[]> Parse(string cursor, char list, long[] start)
    {
        Span<byte> bytes = stackalloc byte[128];
        if (cursor.Length <= 128 && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length))
        {
            var parts = Encoding.ASCII.GetString(bytes[..length]).Split(':');
            var place = new long[start.Length];
            if (parts.Length == start.Length + 1 && parts[0] == list.ToString() &&
                Enumerable.Range(0, place.Length).All(i => long.TryParse(parts[i + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out place[i])))
            {
                return place;
            }
        }
        return Error.Invalid("bad_cursor", "The cursor is not one that this list gave.", "Start without a cursor, then repeat the one that each page gives.");
    }
}
