using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// Looks at a database before it is opened for writing, and changes nothing: SQLite itself begins an emptied file anew, reads a log that
/// belongs to another database, passes over the rest of a damaged log, and takes an older state for the newest.
/// </summary>
internal sealed class DatabaseCheck(DatabaseFiles files, ILogger log)
{
    private const string Elsewhere = "Move it away, or set WIGWAG_HOME to another directory.";

    // A check of all structure takes about 1 ms a MiB.
    private const long LargestChecked = 32 << 20;

    /// <summary>What the database is known to hold, or null when that is not known.</summary>
    public DatabaseMark? Mark { get; private set; }

    /// <summary>True where there is no database yet.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Looks at what lies under the names of the files.</summary>
    /// <exception cref="StoreRefusedException">It is something else than a file.</exception>
    public void LookAtKinds()
    {
        NothingElse(files.Main);
        NothingElse(files.Wal);
        NothingElse(files.Shm);
        NothingElse(files.Mark);
    }

    /// <summary>Looks into the files.</summary>
    /// <param name="database">The database file, or null when it is not there.</param>
    /// <exception cref="StoreRefusedException">They are no whole database of Wigwag.</exception>
    public void Run(SafeFileHandle? database)
    {
        Mark = DatabaseMark.Read(files.Mark);
        var size = DatabaseFiles.Length(files.Main);
        var wal = DatabaseFiles.Length(files.Wal);
        if (database is null || size == 0)
        {
            IsNew = Mark is null && wal == 0;
            if (!IsNew)
            {
                throw StoreRefusedException.Damaged(
                    $"The database {files.Main} is {(File.Exists(files.Main) ? "empty" : "gone")}, but {(wal > 0 ? "its log" : "its mark")} is there: it held data.");
            }
            return;
        }
        var walFile = WalFile.Read(files.Wal);
        CheckLog(walFile);
        CheckFile(database, size, walFile);
        Inspect(IsUnchanged(database, size, wal));
    }

    // A directory, a pipe or a device would be waited on, or fail in the words of the system.
    private static void NothingElse(string path)
    {
        if (FileStatus.Of(path) is { IsRegular: false })
        {
            throw new StoreRefusedException($"{path} is no file.") { Next = Elsewhere };
        }
        if (new FileInfo(path) is { LinkTarget: { } target } link && link.ResolveLinkTarget(returnFinalTarget: true)?.Exists != true)
        {
            throw new StoreRefusedException($"{path} is a link to {target}, which is not there.")
            {
                Next = "Put back what it leads to, or move the link away.",
            };
        }
    }

    private void CheckLog(WalFile? wal)
    {
        if (wal is null)
        {
            return;
        }
        if (wal.HasLostCommits)
        {
            throw StoreRefusedException.Damaged(
                $"The log {files.Wal} is damaged in {Count(wal.DamagedFrames, "place")}; what was committed after that would be lost.");
        }
        if (Mark is not null && !IsOwn(wal, Mark))
        {
            throw StoreRefusedException.Damaged($"The log {files.Wal} is of another database, or was put there after this one was closed.");
        }
    }

    /// <summary>True unless the log is known to be another database's.</summary>
    public static bool IsOwn(WalFile wal, DatabaseMark mark)
    {
        if (mark.Salts is not var (first, second))
        {
            return !mark.IsClosed;
        }
        // The first salt grows by one each time that the log begins anew; after a power cut the mark may be an older one.
        const uint most = 1 << 20;
        var begun = wal.Salts.First - first;
        return begun == 0 ? wal.Salts.Second == second : begun < most;
    }

    private void CheckFile(SafeFileHandle database, long size, WalFile? wal)
    {
        var bytes = new byte[DatabaseHeader.Length];
        bytes = bytes[..RandomAccess.Read(database, bytes, 0)];
        if (DatabaseHeader.TryRead(bytes, out var header) is { } wrong)
        {
            throw StoreRefusedException.Damaged($"The database {files.Main} is damaged: {wrong}.");
        }
        if (header.Application is not (0 or DatabaseHeader.OurApplication))
        {
            throw new StoreRefusedException($"{files.Main} is a database of another program.") { Next = Elsewhere };
        }
        var pages = wal?.DatabasePages is > 0 and var after ? after : header.Pages;
        var whole = size / header.PageSize;
        for (var page = whole + 1; page <= pages; page++)
        {
            if (wal?.Pages.ContainsKey((uint)page) != true)
            {
                throw StoreRefusedException.Damaged($"The database {files.Main} is cut off: it has {whole} of {pages} pages.");
            }
        }
    }

    private bool IsUnchanged(SafeFileHandle database, long size, long wal) => Mark is { IsClosed: true } && wal == 0 && Mark.ClosedSize == size
        && (Mark.ClosedSum == 0 || Mark.ClosedSum == DatabaseMark.SumOf(database));

    private void Inspect(bool isUnchanged)
    {
        // A connection that reads alone neither checkpoints nor removes the log when it is closed.
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = files.Main, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            if (Text(connection, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_migrations'") == "0")
            {
                if (Text(connection, "SELECT COUNT(*) FROM sqlite_schema") != "0")
                {
                    throw new StoreRefusedException($"{files.Main} is a database of another program, or its record of migrations is gone.")
                    {
                        Next = "Move it away, or put a backup in its place with 'wigwag restore FILE'.",
                    };
                }
                if (Mark is not null)
                {
                    throw StoreRefusedException.Damaged(
                        $"The database {files.Main} holds nothing, and its mark says that it did: its log was removed or cut off.");
                }
            }
            else if (Mark is not null)
            {
                CompareWithMark(connection);
            }
            if (!isUnchanged && DatabaseFiles.Length(files.Main) <= LargestChecked)
            {
                CheckStructure(connection);
            }
            if (Mark is { IsClosed: true } && !isUnchanged)
            {
                Log.ChangedWhileClosed(log, files.Main);
            }
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            throw StoreRefusedException.Damaged($"The database {files.Main} is damaged ({e.Message.TrimEnd('.')}).");
        }
    }

    private void CompareWithMark(SqliteConnection connection)
    {
        var instance = Text(connection, Identity.OfInstance);
        if (instance != Mark!.Instance)
        {
            throw StoreRefusedException.Damaged(
                $"The database {files.Main} is not the one that was here: another, or an older copy, was put in its place.");
        }
        var commits = long.Parse(Text(connection, Identity.OfCommits) ?? "0", CultureInfo.InvariantCulture);
        if (commits < Mark.Commits)
        {
            throw StoreRefusedException.Damaged(
                $"The database {files.Main} lacks the last {Count(Mark.Commits - commits, "commit")} that it had: "
                + "its log was removed or cut off, or an older copy was put in its place.");
        }
    }

    private void CheckStructure(SqliteConnection connection)
    {
        var found = Text(connection, "PRAGMA quick_check(1)");
        if (found != "ok" && !IsFalseAlarm(found))
        {
            throw StoreRefusedException.Damaged($"The database {files.Main} is damaged: {found}.");
        }
    }

    // Of a database before 0030_dependency_keys.sqlite.sql, by SQLite 3.40.0 to 3.41.0.
    private static bool IsFalseAlarm(string? found) => found?.StartsWith("NULL value in issue_dependencies.", StringComparison.Ordinal) == true;

    private static string? Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is { } value and not DBNull ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
    }

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}
