using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;

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

    /// <summary>The numbers, as many as <paramref name="count"/>; for no cursor at all, <paramref name="start"/>.</summary>
    public static Result<long[]> Read(string? cursor, char list, params long[] start)
    {
        if (cursor is null)
        {
            return start;
        }
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
