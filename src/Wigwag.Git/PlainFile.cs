using System.Text;
using Microsoft.Win32.SafeHandles;
using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>
/// Reads a file that a clone may have chosen: a regular one, up to a limit, and not through a link that leaves the clone. Whoever wrote the
/// clone can put a FIFO there, which would wait for ever, or a link to <c>/dev/zero</c>, or to a file of the reader's.
/// </summary>
public static class PlainFile
{
    /// <summary>The most that is read of a configuration file of a client.</summary>
    public const int MaxConfigBytes = 1 << 20;

    /// <summary>All of a file, or null when it is not there.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="maxBytes">More than this is refused.</param>
    /// <param name="within">Folders without links, in one of which it must lie; none for a file of the user's own.</param>
    /// <returns>The bytes; <c>not_a_file</c>, <c>link_outside</c>, <c>file_too_large</c>, <c>file_unreadable</c>.</returns>
    public static Result<byte[]?> Read(string path, int maxBytes, params IReadOnlyList<string> within)
    {
        var real = RealPath.Of(path);
        if (within.Count > 0 && !within.Any(folder => RealPath.IsWithin(real, folder)))
        {
            return Error.Invalid(
                "link_outside", $"{path} is not read: a link leads it to {real}, outside of the working copy.", "Replace the link by a file.");
        }
        try
        {
            if (FileKinds.Of(real) is var kind && kind != FileKind.Regular)
            {
                return kind == FileKind.Missing ? (byte[]?)null : NotAFile(path, kind);
            }
            using var file = File.OpenHandle(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // Somebody may have put another file there between the two looks.
            return FileKinds.Of(file) is var opened && opened != FileKind.Regular ? NotAFile(path, opened) : ReadAll(file, path, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (byte[]?)null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Error.Unavailable("file_unreadable", $"{path} cannot be read: {e.Message}", "Look at its permissions.");
        }
    }

    /// <summary>The same as UTF-8 text, without a byte order mark; what is no UTF-8 is replaced.</summary>
    public static Result<string?> ReadText(string path, int maxBytes, params IReadOnlyList<string> within) =>
        !Read(path, maxBytes, within).Try(out var bytes, out var error) ? error
        : bytes is null ? (string?)null
        : Encoding.UTF8.GetString(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes);

    private static Result<byte[]?> ReadAll(SafeFileHandle file, string path, int maxBytes)
    {
        // A file may grow, or be larger than it says, as those in /proc are.
        var bytes = new byte[Math.Min(RandomAccess.GetLength(file), maxBytes) + 1];
        for (var length = 0; ;)
        {
            var got = RandomAccess.Read(file, bytes.AsSpan(length), length);
            length += got;
            if (length > maxBytes)
            {
                return Error.TooLarge(
                    "file_too_large", $"{path} is larger than {Size(maxBytes)}, the most that is read of it.", "Make it smaller, or take it away.");
            }
            if (got == 0)
            {
                return bytes[..length];
            }
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(length * 2, maxBytes + 1));
            }
        }
    }

    private static string Size(int bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";

    private static string Name(FileKind kind) => kind switch
    {
        FileKind.Folder => "a folder",
        FileKind.Fifo => "a FIFO",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    private static Error NotAFile(string path, FileKind kind) => Error.Invalid(
        "not_a_file",
        $"{path} is not read: it is {Name(kind)}, not a regular file.",
        "Replace it by a file, or take it away.");
}
