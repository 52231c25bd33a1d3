using System.Security.Cryptography;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Blobs;

/// <summary>
/// Attachments' bytes as files, <c>ab/cdef…</c> by their SHA-256. A file gets its name only once its bytes are on the disk, so that a name
/// always stands for all of them.
/// </summary>
public sealed class FileBlobs : IBlobs
{
    private const string Unfinished = ".unfinished-";
    private const int ChunkBytes = 128 * 1024;
    private const int NoSpaceLeft = 28;

    private readonly string _folder;

    private FileBlobs(string folder) => _folder = folder;

    /// <summary>Opens the folder, makes it when there is none, and clears away what a crash left unfinished.</summary>
    /// <param name="folder">Of the process that owns the store beside it, or of all servers that share one.</param>
    /// <param name="isShared">True when other processes may be writing there: what is younger than a day is theirs.</param>
    public static FileBlobs Open(string folder, bool isShared = false)
    {
        folder = Path.GetFullPath(folder);
        PrivateFiles.CreateFolder(folder);
        foreach (var leftover in Directory.EnumerateFiles(folder, Unfinished + "*"))
        {
            if (!isShared || File.GetLastWriteTimeUtc(leftover) < DateTime.UtcNow.AddDays(-1))
            {
                File.Delete(leftover);
            }
        }
        return new(folder);
    }

    /// <inheritdoc/>
    public async ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel)
    {
        var temporary = Path.Combine(_folder, Unfinished + Guid.NewGuid().ToString("n"));
        try
        {
            long size = 0;
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var mediaType = MediaType.Sniff([]);
            await using (var file = PrivateFiles.Open(temporary, FileMode.CreateNew))
            {
                var chunk = new byte[ChunkBytes];
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
                    if (await Write(file, chunk.AsMemory(0, read), cancel) is { } failure)
                    {
                        return failure;
                    }
                }
                file.Flush(flushToDisk: true);
            }
            var id = ContentId.Parse(Convert.ToHexStringLower(digest.GetHashAndReset()));
            Keep(temporary, id, size);
            return new Blob(id, size, mediaType);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Stream?> Open(ContentId content, CancellationToken cancel)
    {
        try
        {
            return new(new FileStream(PathOf(content), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            }));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((Stream?)null);
        }
    }

    private string PathOf(ContentId content) => Path.Combine(_folder, content.Value[..2], content.Value[2..]);

    private void Keep(string temporary, ContentId id, long size)
    {
        var path = PathOf(id);
        var shelf = Path.GetDirectoryName(path)!;
        PrivateFiles.CreateFolder(shelf);
        PrivateFiles.SyncFolder(_folder);
        if (new FileInfo(path) is { Exists: true } kept && kept.Length == size)
        {
            PrivateFiles.SyncFolder(shelf); // whoever kept it first may have died before its name was durable
            return;
        }
        PrivateFiles.Publish(temporary, path);
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
            return Error.Unavailable("disk_full", "The disk is full; the attachment was not kept.", "Free some space on the server's disk and send it again.");
        }
    }
}
