using System.Text;

namespace Wigwag.Core.Attachments;

/// <summary>
/// What bytes are, found from their beginning and never from a name or a claim. Only types that cannot run in a browser are told
/// apart; all other text is <c>text/plain</c> and everything else <c>application/octet-stream</c>.
/// </summary>
public static class MediaType
{
    public const string Text = "text/plain";
    public const string Binary = "application/octet-stream";

    /// <summary>How many bytes from the beginning decide.</summary>
    public const int SniffedBytes = 512;

    private static readonly (byte[] Magic, string Type)[] Known =
    [
        ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "image/png"),
        ([0xff, 0xd8, 0xff], "image/jpeg"),
        ("GIF8"u8.ToArray(), "image/gif"),
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ([0x50, 0x4b, 0x03, 0x04], "application/zip"),
        ([0x1f, 0x8b], "application/gzip"),
        ([0x28, 0xb5, 0x2f, 0xfd], "application/zstd"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "application/x-xz"),
        ([0x7f, 0x45, 0x4c, 0x46], "application/x-elf"),
        ("SQLite format 3\0"u8.ToArray(), "application/vnd.sqlite3"),
    ];

    /// <summary>The type of content that begins so; <paramref name="start"/> needs no more than <see cref="SniffedBytes"/>.</summary>
    public static string Sniff(ReadOnlySpan<byte> start)
    {
        foreach (var (magic, type) in Known)
        {
            if (start.StartsWith(magic))
            {
                return type;
            }
        }
        if (start is [0x52, 0x49, 0x46, 0x46, _, _, _, _, 0x57, 0x45, 0x42, 0x50, ..])
        {
            return "image/webp";
        }
        return IsText(start) ? Text : Binary;
    }

    // UTF-8 without controls that no text has; the last character may be cut in half.
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
            {
                return true;
            }
            if (status != System.Buffers.OperationStatus.Done ||
                (rune.Value < 0x20 && rune.Value is not ('\t' or '\n' or '\f' or '\r' or '\b' or '\e')))
            {
                return false;
            }
            bytes = bytes[length..];
        }
        return true;
    }
}
