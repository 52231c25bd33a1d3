using System.Security.Cryptography;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;

namespace Wigwag.Storage.Blobs;

/// <summary>Reads what somebody attaches into a file, and tells its name, size and kind.</summary>
internal static class Intake
{
    private const int ChunkBytes = 256 * 1024;
    private const int NoSpaceLeft = 28;

    /// <summary>Reads <paramref name="content"/> to its end; <c>attachment_too_large</c> past <paramref name="limitBytes"/>, <c>disk_full</c>.</summary>
    public static async ValueTask<Result<Blob>> Fill(FileStream file, Stream content, long limitBytes, CancellationToken cancel)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        var mediaType = MediaType.Sniff([]);
        long size = 0;
        while (await content.ReadAtLeastAsync(chunk, MediaType.SniffedBytes, throwOnEndOfStream: false, cancel) is > 0 and var read)
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
            try
            {
                await file.WriteAsync(chunk.AsMemory(0, read), cancel);
            }
            catch (IOException e) when (e.HResult == NoSpaceLeft)
            {
                return Error.Unavailable(
                    "disk_full", "The server's disk is full; the attachment was not kept.", "Free some space for its home and its temporary directory, and send it again.");
            }
        }
        return new Blob(ContentId.Parse(Convert.ToHexStringLower(digest.GetHashAndReset())), size, mediaType);
    }
}
