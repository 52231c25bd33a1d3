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
            Blob blob;
            await using (var file = PrivateFiles.Open(temporary, FileMode.CreateNew))
            {
                if (!(await Intake.Fill(file, content, limitBytes, cancel)).Try(out blob!, out var refusal))
                {
                    return refusal;
                }
                file.Flush(flushToDisk: true);
            }
            Keep(temporary, blob.Content);
            return blob;
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

    private void Keep(string temporary, ContentId id)
    {
        var path = PathOf(id);
        var shelf = Path.GetDirectoryName(path)!;
        PrivateFiles.CreateFolder(shelf);
        PrivateFiles.SyncFolder(_folder);
        // Also in place of the same bytes: else the time would tell who else has them, and whoever kept them first may have died halfway.
        PrivateFiles.Publish(temporary, path);
    }
}
