using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Leases;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Storage.Backup;

public static partial class SqliteBackup
{
    // More facts than any server appends between a backup and its loss: a cursor given out meanwhile never names a later fact.
    private const long LostFacts = 1L << 32;

    // As many for fencing tokens. Where the old database cannot be read, its tokens are known to be no more than 2^16 for each second.
    private const long LostTokens = 1L << 32;
    private const int TokensASecond = 16;

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
        var staging = Path.Combine(home, $"restore-{Guid.NewGuid():n}");
        PrivateFiles.CreateFolder(staging);
        try
        {
            await Unpack(source, staging, cancel);
            var manifest = await Verify(staging, cancel);
            var now = (wall ?? TimeProvider.System).GetUtcNow();
            var staged = Path.Combine(staging, DatabaseName);
            Prepare(staged, Reached(database), now);
            PlaceBlobs(manifest, staging, Path.GetFullPath(blobs));
            return new(manifest, Replace(database, staged, now));
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

    /// <summary>Checks the whole database, brings it up to this program, and moves on what may never go back.</summary>
    private static void Prepare(string staged, (long Fact, long Token) lost, DateTimeOffset now)
    {
        using var connection = Connection.OpenWriter(staged, new());
        if (connection.Inspect("PRAGMA integrity_check(1)", row => row.Text("integrity_check")) is not ["ok"])
        {
            throw new StoreRefusedException("The database in the backup is damaged: its integrity check fails.");
        }
        Migrations.Run(connection, Migrations.All, now);
        var own = connection.Scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'") ?? 0;
        connection.Run("BEGIN IMMEDIATE");
        connection.Execute("DELETE FROM sqlite_sequence WHERE name = 'events'");
        connection.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', @seq)", ("seq", Math.Max(lost.Fact, own + LostFacts)));
        connection.Execute(
            """
            INSERT INTO meta (name, value) VALUES (@name, @floor)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            ("name", Tokens.Floor),
            ("floor", Floor(Math.Max(lost.Token, NewestToken(connection)), now).ToString(CultureInfo.InvariantCulture)));
        connection.Execute(
            """
            INSERT INTO meta (name, value) VALUES ('restored_at', @at)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            ("at", now.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)));
        connection.Run("COMMIT");
        connection.RunScript("PRAGMA journal_mode = DELETE");
    }

    /// <summary>Above every fencing token that may have been given out since the backup, also by a database that cannot be read any more.</summary>
    private static long Floor(long newest, DateTimeOffset now) => Math.Max(newest + LostTokens, now.ToUnixTimeSeconds() << TokensASecond);

    private static long NewestToken(Connection connection) => connection.Scalar(
        """
        SELECT MAX(token) FROM (
          SELECT token FROM lease_tokens
          UNION ALL
          SELECT CAST(value AS INTEGER) FROM meta WHERE name = @floor
        ) AS given
        """,
        ("floor", Tokens.Floor)) ?? 0;

    /// <summary>How far the database to be replaced had come: its last fact and its newest fencing token.</summary>
    private static (long Fact, long Token) Reached(string database)
    {
        if (!File.Exists(database))
        {
            return (0, 0);
        }
        try
        {
            // The log beside it is emptied into it, so that it can be replaced by one rename.
            using var old = Connection.OpenWriter(database, new());
            var fact = old.Scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'") ?? 0;
            // A database of an older program has given out no tokens.
            var token = old.Scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'lease_tokens'") > 0 ? NewestToken(old) : 0;
            old.RunScript("PRAGMA journal_mode = DELETE");
            return (fact, token);
        }
        catch (SqliteException)
        {
            return (0, 0); // a damaged database is why one restores
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

    private static string? Replace(string database, string staged, DateTimeOffset now)
    {
        string? previous = null;
        if (File.Exists(database))
        {
            previous = $"{database}.before-restore-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}";
            foreach (var suffix in (string[])["-wal", "-shm"])
            {
                if (File.Exists(database + suffix)) // only a damaged database still has them
                {
                    File.Move(database + suffix, previous + suffix, overwrite: true);
                }
            }
            File.Delete(previous);
            PrivateFiles.Link(database, previous);
        }
        PrivateFiles.SyncFile(staged);
        PrivateFiles.Publish(staged, database);
        return previous;
    }
}
