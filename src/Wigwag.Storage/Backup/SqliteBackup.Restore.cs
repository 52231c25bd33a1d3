using System.Formats.Tar;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Storage.Backup;

public static partial class SqliteBackup
{
    /// <summary>
    /// Puts a backup in a database's place, all of it or nothing. What was there is kept beside it. The log goes on at a higher number than
    /// any the old database gave out, so do the fencing tokens of every project, and the table <c>meta</c> says <c>restored_at</c>.
    /// </summary>
    /// <param name="source">A folder or <c>.tar</c> file that <see cref="Write"/> made.</param>
    /// <param name="database">The database file to replace or make.</param>
    /// <param name="blobs">The folder of attachments beside it; what it holds stays.</param>
    /// <param name="wall">The machine's clock, or null for the system's.</param>
    /// <param name="cancel">Gives up; the old database stays.</param>
    /// <exception cref="StoreInUseException">A server owns the database.</exception>
    /// <exception cref="StoreRefusedException">The backup is not whole, or newer than this program.</exception>
    public static async Task<Restored> Restore(
        string source, string database, string blobs, TimeProvider? wall = null, CancellationToken cancel = default)
    {
        SqliteLibrary.Load();
        database = Path.GetFullPath(database);
        var home = Path.GetDirectoryName(database)!;
        PrivateFiles.CreateFolder(home);
        using var owner = OwnerLock.Take(database);
        new DatabaseCheck(new(database), NullLogger.Instance).LookAtKinds();
        if (File.Exists(database))
        {
            owner.TakeDatabase(database);
        }
        var staging = Path.Combine(home, $"restore-{Guid.NewGuid():n}");
        PrivateFiles.CreateFolder(staging);
        try
        {
            await Unpack(source, staging, cancel);
            var manifest = await Verify(staging, cancel);
            var now = (wall ?? TimeProvider.System).GetUtcNow();
            var staged = Path.Combine(staging, DatabaseName);
            RestoredDatabase.Prepare(staged, RestoredDatabase.Reached(database, owner), now);
            PlaceBlobs(manifest, staging, Path.GetFullPath(blobs));
            return new(manifest, Replace(database, staged, now, "before-restore"));
        }
        catch (SqliteException e)
        {
            throw new StoreRefusedException($"The database in the backup cannot be used: {e.Message}");
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static async Task Unpack(string source, string staging, CancellationToken cancel)
    {
        if (Directory.Exists(source))
        {
            foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                await Copy(path, PlaceOf(Path.GetRelativePath(source, path).Replace('\\', '/'), staging), cancel);
            }
            return;
        }
        await using var file = PrivateFiles.Open(source, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using var tar = new TarReader(file);
        try
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                if (entry.EntryType is not TarEntryType.RegularFile)
                {
                    throw new StoreRefusedException($"The backup holds {entry.Name}, which is no file of a backup.");
                }
                await using var to = PrivateFiles.Open(PlaceOf(entry.Name, staging), FileMode.CreateNew);
                await (entry.DataStream ?? Stream.Null).CopyToAsync(to, cancel);
                to.Flush(flushToDisk: true);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new StoreRefusedException($"The backup {source} cannot be read to its end: {e.Message}");
        }
    }

    // Only the names that a backup has: none of them leads out of the folder.
    private static string PlaceOf(string name, string staging)
    {
        if (name is not (DatabaseName or ManifestName) && ContentOf(name) is null)
        {
            throw new StoreRefusedException($"The backup holds {name}, which is no file of a backup.");
        }
        var place = Path.Combine(staging, name);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(place)!);
        return place;
    }

    private static async Task<BackupManifest> Verify(string staging, CancellationToken cancel)
    {
        var manifest = await ReadManifest(Path.Combine(staging, ManifestName), cancel);
        if (!manifest.Files.Any(file => file.Path == DatabaseName))
        {
            throw new StoreRefusedException("The backup is not whole: its manifest names no database.");
        }
        foreach (var file in manifest.Files)
        {
            var path = PlaceOf(file.Path, staging);
            if (!File.Exists(path))
            {
                throw new StoreRefusedException($"The backup is not whole: {file.Path} is missing.");
            }
            if (await Sha256(path, cancel) != file.Sha256)
            {
                throw new StoreRefusedException($"The backup is damaged: {file.Path} does not match its checksum.");
            }
        }
        return manifest;
    }

    private static async Task<BackupManifest> ReadManifest(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw new StoreRefusedException($"The backup is not whole: {ManifestName} is missing.");
        }
        try
        {
            var manifest = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(path, cancel), BackupJson.Default.BackupManifest);
            return manifest is { Format: BackupManifest.CurrentFormat }
                ? manifest
                : throw new StoreRefusedException($"The backup has format {manifest?.Format}; this program reads {BackupManifest.CurrentFormat}.");
        }
        catch (JsonException e)
        {
            throw new StoreRefusedException($"The backup is damaged: {ManifestName} cannot be read: {e.Message}");
        }
    }

    private static void PlaceBlobs(BackupManifest manifest, string staging, string blobs)
    {
        PrivateFiles.CreateFolder(blobs);
        foreach (var file in manifest.Files.Where(file => file.Path != DatabaseName))
        {
            var place = SourceOf(file, blobs);
            var shelf = Path.GetDirectoryName(place)!;
            PrivateFiles.CreateFolder(shelf);
            File.Move(Path.Combine(staging, file.Path), place, overwrite: true);
            PrivateFiles.SyncFolder(shelf);
        }
        PrivateFiles.SyncFolder(blobs);
    }

    /// <summary>Puts a database in another's place in one step; where the other is kept, or null when there was none.</summary>
    internal static string? Replace(string database, string staged, DateTimeOffset now, string why)
    {
        var files = new DatabaseFiles(database);
        string? previous = null;
        var kept = $"{database}.{why}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}";
        foreach (var suffix in (string[])["-wal", "-shm"])
        {
            if (File.Exists(database + suffix)) // only a database that is not whole still has them
            {
                previous = kept;
                File.Move(database + suffix, kept + suffix, overwrite: true);
            }
        }
        if (File.Exists(database))
        {
            previous = kept;
            File.Delete(kept);
            PrivateFiles.Link(database, kept);
        }
        PrivateFiles.SyncFile(staged);
        PrivateFiles.Publish(staged, database);
        // It is of the one that was there. Until it is gone, a start that finds it is refused.
        File.Delete(files.Mark);
        PrivateFiles.SyncFolder(Path.GetDirectoryName(database)!);
        return previous;
    }
}
