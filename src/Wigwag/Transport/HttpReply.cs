using System.Globalization;
using System.Text;

namespace Wigwag.Program.Transport;

/// <summary>Reads the one answer of a connection that closes after it (RFC 9112).</summary>
internal static class HttpReply
{
    private const int LongestHead = 64 * 1024;

    /// <exception cref="IOException">The connection ended early, or what came is not HTTP.</exception>
    public static Reply Read(Stream connection)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var headEnd = -1;
        while (headEnd < 0)
        {
            var read = connection.Read(buffer);
            if (read == 0 || all.Length > LongestHead)
            {
                throw new IOException("The server closed the connection before it answered.");
            }
            all.Write(buffer, 0, read);
            headEnd = all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf("\r\n\r\n"u8);
        }
        var lines = Encoding.ASCII.GetString(all.GetBuffer(), 0, headEnd).Split("\r\n");
        if (lines[0].Length < 12 || !lines[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(lines[0].AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new IOException("The server did not answer in HTTP.");
        }
        var length = Header(lines, "Content-Length") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : -1;
        for (int read; (length < 0 || all.Length - headEnd - 4 < length) && (read = connection.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, read);
        }
        var body = all.GetBuffer().AsSpan(headEnd + 4, (int)all.Length - headEnd - 4);
        if (body.Length < length)
        {
            throw new IOException("The server closed the connection in the middle of its answer.");
        }
        var isChunked = Header(lines, "Transfer-Encoding") is { } coding && coding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
        return new(status, isChunked ? Unchunk(body) : body.ToArray(), Header(lines, "Wigwag-Build"))
        {
            Outcome = Header(lines, Core.Operations.Outcomes.Header),
        };
    }

    private static string? Header(string[] lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }
        return null;
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> chunked)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = chunked.IndexOf("\r\n"u8);
            var digits = line < 0 ? 0 : chunked[..line].IndexOf((byte)';') is var semicolon && semicolon >= 0 ? semicolon : line;
            if (digits == 0 || !int.TryParse(chunked[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size)
                || chunked.Length < line + 2 + size)
            {
                throw new IOException("The server closed the connection in the middle of its answer.");
            }
            if (size == 0)
            {
                return body.ToArray();
            }
            body.Write(chunked.Slice(line + 2, size));
            chunked = chunked[Math.Min(chunked.Length, line + 2 + size + 2)..];
        }
    }
}
