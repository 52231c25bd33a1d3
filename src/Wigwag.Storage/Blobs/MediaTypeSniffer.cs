using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Wigwag.Storage.Blobs;

/// <summary>Says what bytes are from the bytes themselves. What it does not know for sure is <c>application/octet-stream</c>.</summary>
internal sealed class MediaTypeSniffer
{
    private const int HeadBytes = 1024;
    private const int MostJsonBytes = 4 * 1024 * 1024;

    // Terminal output is text: escape, backspace and form feed are let through.
    private static readonly SearchValues<byte> Binary = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Except([8, 9, 10, 12, 13, 27]).Append(127).Select(code => (byte)code)]);

    private readonly byte[] _head = new byte[HeadBytes];
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
    private int _length;
    private bool _isText = true;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, HeadBytes - _length);
        bytes[..taken].CopyTo(_head.AsSpan(_length));
        _length += taken;
        _isText = _isText && !bytes.ContainsAny(Binary) && IsUtf8(bytes, isLast: false);
    }

    /// <param name="content">All of the bytes, for the formats that only all of them can prove.</param>
    public string Conclude(Stream content)
    {
        var head = _head.AsSpan(0, _length);
        if (!_isText || !IsUtf8([], isLast: true))
        {
            return OfBinary(head);
        }
        if (head.StartsWith("%PDF-"u8))
        {
            return "application/pdf";
        }
        return IsSvg(head) ? "image/svg+xml" : IsJson(content) ? "application/json" : "text/plain";
    }

    private static string OfBinary(ReadOnlySpan<byte> head) =>
        head is [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] ? "image/png"
        : head is [0xff, 0xd8, 0xff, ..] ? "image/jpeg"
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? "image/gif"
        : head is [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] ? "image/webp"
        : head.StartsWith("%PDF-"u8) ? "application/pdf"
        : head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8) ? "application/zip"
        : head is [0x1f, 0x8b, 0x08, ..] ? "application/gzip"
        : head is [0x28, 0xb5, 0x2f, 0xfd, ..] ? "application/zstd"
        : head.Length > 262 && head[257..].StartsWith("ustar"u8) ? "application/x-tar"
        : head.StartsWith("SQLite format 3\0"u8) ? "application/vnd.sqlite3"
        : "application/octet-stream";

    private bool IsUtf8(ReadOnlySpan<byte> bytes, bool isLast)
    {
        Span<char> ignored = stackalloc char[4096];
        try
        {
            do
            {
                _decoder.Convert(bytes, ignored, isLast, out var used, out _, out var isComplete);
                bytes = bytes[used..];
                if (isComplete)
                {
                    return true;
                }
            }
            while (true);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // An svg element first, after a declaration, a doctype and comments.
    private static bool IsSvg(ReadOnlySpan<byte> head)
    {
        head = Trim(head);
        while (head.StartsWith("<?"u8) || head.StartsWith("<!"u8))
        {
            var end = head.StartsWith("<!--"u8) ? head.IndexOf("-->"u8) + 2 : head.IndexOf((byte)'>');
            if (end <= 1)
            {
                return false;
            }
            head = Trim(head[(end + 1)..]);
        }
        return head.StartsWith("<svg"u8) && head.Length > 4 && head[4] is (byte)' ' or (byte)'>' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'/';
    }

    private bool IsJson(Stream content)
    {
        if (Trim(_head.AsSpan(0, _length)) is not [(byte)'{' or (byte)'[', ..] || content.Length > MostJsonBytes)
        {
            return false;
        }
        var bytes = new byte[content.Length];
        content.Position = 0;
        content.ReadExactly(bytes);
        var reader = new Utf8JsonReader(Trim(bytes));
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => (text.StartsWith("\ufeff"u8) ? text[3..] : text).TrimStart(" \t\r\n"u8);
}
