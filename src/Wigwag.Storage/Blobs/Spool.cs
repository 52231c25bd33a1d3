using System.Security.Cryptography;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Blobs;

/// <summary>
/// Bytes on their way to a store that wants to know their name before it gets them: in a file of this server's that nobody else can
/// open, and that is gone when it is closed.
/// </summary>
internal sealed class Spool : IAsyncDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const int NoSpaceLeft = 28;

    private Spool(FileStream file, Blob blob) => (File, Blob) = (file, blob);

    /// <summary>The bytes, to be read from their beginning.</summary>
    public FileStream File { get; }

    public Blob Blob { get; }

    /// <summary>Reads <paramref name="content"/> to its end; refuses past <paramref name="limitBytes"/>.</summary>
    public static async ValueTask<Result<Spool>> Of(Stream content, long limitBytes, CancellationToken cancel)
    {
        var path = Path.Combine(Path.GetTempPath(), $"wigwag-{Guid.NewGuid():n}");
        var file = PrivateFiles.Open(path, FileMode.CreateNew, share: FileShare.Delete);
        System.IO.File.Delete(path); // its bytes go with the last handle
        try
        {
            var filled = await Fill(file, content, limitBytes, cancel);
            if (filled.Try(out var blob, out var refusal))
            {
                file.Position = 0;
                return new Spool(file, blob);
            }
            await file.DisposeAsync();
            return refusal;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => File.DisposeAsync();

    private static async ValueTask<Result<Blob>> Fill(FileStream file, Stream content, long limitBytes, CancellationToken cancel)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        var mediaType = MediaType.Sniff([]);
        long size = 0;
        while (await content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancel) is > 0 and var read)
        {
            if (size == 0)
            {
                mediaType = MediaType.Sniff(chunk.AsSpan(0, Math.Min(read, MediaType.SniffedBytes)));
            }
            size += read;
            if (size > limitBytes)
            {
                return Error.TooLarge(
                    "attachment_too_large",
                    $"The attachment is larger than {limitBytes} bytes.",
                    "Send less: the part that matters, a compressed copy, or a place where the whole can be fetched.");
            }
            digest.AppendData(chunk, 0, read);
            if (await Write(file, chunk.AsMemory(0, read), cancel) is { } failure)
            {
                return failure;
            }
        }
        return new Blob(ContentId.Parse(Convert.ToHexStringLower(digest.GetHashAndReset())), size, mediaType);
    }

    private static async ValueTask<Error?> Write(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await file.WriteAsync(bytes, cancel);
            return null;
        }
        catch (IOException e) when (e.HResult == NoSpaceLeft)
        {
            return Error.Unavailable("disk_full", "The server's disk is full; the attachment was not kept.", "Free some space in the server's temporary directory and send it again.");
        }
    }
}
