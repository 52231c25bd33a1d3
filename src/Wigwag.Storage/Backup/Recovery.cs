using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Storage.Backup;

/// <summary>What was saved of a table.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">How many rows were saved.</param>
/// <param name="Lost">How many rows are known to be lost: an index names them, or they are no rows of this table any more.</param>
/// <param name="IsWhole">False when a part of the table could not be read, so that more may be lost than is known.</param>
public sealed record RecoveredTable(string Name, long Rows, long Lost, bool IsWhole);

/// <summary>What was saved of a database, and what was not.</summary>
/// <param name="Tables">Every table.</param>
/// <param name="LostCommits">How many of the last commits are missing, or null when it is not known how many there were.</param>
/// <param name="DamagedFrames">How many pages of the log were damaged.</param>
/// <param name="MissingAttachments">Attachments whose bytes are not there.</param>
/// <param name="Previous">Where the files that were there are kept.</param>
public sealed record Recovered(
    IReadOnlyList<RecoveredTable> Tables, long? LostCommits, int DamagedFrames, IReadOnlyList<string> MissingAttachments, string? Previous)
{
    /// <summary>True when nothing is known to be missing.</summary>
    public bool IsWhole => LostCommits is null or 0 && DamagedFrames == 0 && MissingAttachments.Count == 0
        && Tables.All(table => table is { Lost: 0, IsWhole: true });
}

/// <summary>
/// Saves what can be read of a damaged database: joins the file with what is sound in its log, copies row by row into a new database, and
/// puts that in place. The old files are kept.
/// </summary>
public static class Recovery
{
    private const string Restore = "Put a backup in its place with 'wigwag restore FILE'.";

    /// <param name="database">The damaged database; its file may be missing when its log is there.</param>
    /// <param name="blobs">The folder of attachments beside it.</param>
    /// <param name="wall">The machine's clock, or null for the system's.</param>
    /// <exception cref="StoreInUseException">A server owns the database.</exception>
    /// <exception cref="StoreRefusedException">Nothing can be read. Nothing was changed.</exception>
    public static Recovered Run(string database, string blobs, TimeProvider? wall = null)
    {
        SqliteLibrary.Load();
        var files = new DatabaseFiles(Path.GetFullPath(database));
        var home = Path.GetDirectoryName(files.Main)!;
        using var owner = OwnerLock.Take(files.Main);
        new DatabaseCheck(files, NullLogger.Instance).LookAtKinds();
        if (File.Exists(files.Main))
        {
            owner.TakeDatabase(files.Main);
        }
        var mark = DatabaseMark.Read(files.Mark);
        var log = WalFile.Read(files.Wal) is { } found && (mark is null || DatabaseCheck.IsOwn(found, mark)) ? found : null;
        var staging = Path.Combine(home, $"recover-{Guid.NewGuid():n}");
        PrivateFiles.CreateFolder(staging);
        try
        {
            var image = Path.Combine(staging, "image.db");
            var staged = Path.Combine(staging, "wigwag.db");
            WriteImage(image, File.Exists(files.Main) ? owner.Database : null, files.Wal, log);
            PrivateFiles.Open(staged, FileMode.CreateNew).Dispose();
            var now = (wall ?? TimeProvider.System).GetUtcNow();
            var (tables, commits) = Salvage.Run(image, staged, now);
            if (tables.All(table => table.Rows == 0))
            {
                throw new StoreRefusedException("No row of any table can be read from the database and its log.") { Next = Restore };
            }
            var missing = MissingAttachments(staged, Path.GetFullPath(blobs));
            var previous = SqliteBackup.Replace(files.Main, staged, now, "before-recover");
            long? lost = mark is null || commits is null ? null : Math.Max(0, mark.Commits - commits.Value);
            return new(tables, lost, log?.DamagedFrames ?? 0, missing, previous);
        }
        catch (SqliteException e)
        {
            throw new StoreRefusedException($"The database cannot be read at all: {e.Message}") { Next = Restore };
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>One file with the newest sound version of each page, and a header with which SQLite opens it.</summary>
    private static void WriteImage(string image, Microsoft.Win32.SafeHandles.SafeFileHandle? database, string wal, WalFile? log)
    {
        using var to = PrivateFiles.Open(image, FileMode.CreateNew);
        var buffer = new byte[1 << 16];
        int read;
        for (var at = 0L; database is not null && (read = RandomAccess.Read(database, buffer, at)) > 0; at += read)
        {
            to.Write(buffer, 0, read);
        }
        var pageSize = log?.PageSize ?? PageSizeOf(to);
        if (log is not null)
        {
            using var from = File.OpenHandle(wal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var page = new byte[pageSize];
            foreach (var (number, place) in log.Salvaged)
            {
                RandomAccess.Read(from, page, place);
                to.Position = (number - 1L) * pageSize;
                to.Write(page);
            }
        }
        var pages = Math.Max((to.Length + pageSize - 1) / pageSize, log?.SalvagedPages ?? 0);
        if (pages == 0)
        {
            throw new StoreRefusedException("There is no database to recover, and no log of one.") { Next = Restore };
        }
        to.SetLength(pages * pageSize);
        Span<byte> header = stackalloc byte[DatabaseHeader.Length];
        to.Position = 0;
        to.ReadExactly(header);
        DatabaseHeader.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header[16..], (ushort)(pageSize == 65536 ? 1 : pageSize));
        ((ReadOnlySpan<byte>)[1, 1, 0, 64, 32, 32]).CopyTo(header[18..]); // without a log
        BinaryPrimitives.WriteUInt32BigEndian(header[28..], (uint)pages);
        header[32..40].Clear(); // no free pages
        BinaryPrimitives.WriteUInt32BigEndian(header[44..], 4);
        header[52..56].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(header[56..], 1);
        header[64..68].Clear();
        header[72..92].Clear();
        header[24..28].CopyTo(header[92..]); // the header is of this change of the file
        to.Position = 0;
        to.Write(header);
    }

    private static int PageSizeOf(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[18];
        file.Position = 0;
        return file.ReadAtLeast(bytes, 18, throwOnEndOfStream: false) == 18
            && BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]) is >= 512 and var size && int.IsPow2(size)
            ? size
            : 4096;
    }

    private static List<string> MissingAttachments(string staged, string blobs)
    {
        using var connection = Connection.OpenReader(staged, new());
        return [.. connection.Query("SELECT DISTINCT content_id FROM attachments ORDER BY content_id", row => row.Text("content_id"))
            .Where(content => !File.Exists(Path.Combine(blobs, content[..2], content[2..])))];
    }
}
