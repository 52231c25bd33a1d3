using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// Copies a database that is in use, page by page from one snapshot. The connection it reads by can neither write nor checkpoint. (VACUUM INTO
/// would give rows new rowids, to which full-text indexes refer.)
/// </summary>
internal static class DatabaseCopy
{
    private const int PagesAtOnce = 1000;

    /// <exception cref="IOException">There is a file of that name.</exception>
    public static void Write(string source, string path, CancellationToken cancel)
    {
        path = Path.GetFullPath(path);
        if (File.Exists(path))
        {
            throw new IOException($"{path} exists; a copy is written to a new file.");
        }
        var partial = $"{path}.{Guid.NewGuid():n}.partial";
        try
        {
            PrivateFiles.Open(partial, FileMode.CreateNew).Dispose();
            Copy(source, partial, cancel);
            PrivateFiles.SyncFile(partial);
            PrivateFiles.Publish(partial, path);
        }
        catch (SqliteException e)
        {
            throw Failure.Of(e);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Copy(string source, string path, CancellationToken cancel)
    {
        using var from = Open(source, SqliteOpenMode.ReadOnly);
        using var to = Open(path, SqliteOpenMode.ReadWrite);
        Run(to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF"); // synced once, as a whole
        // The open transaction holds the snapshot, so that commits meanwhile neither mix in nor start the copy over.
        Run(from, "BEGIN; SELECT COUNT(*) FROM sqlite_schema");
        using (var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main"))
        {
            int step;
            while ((step = raw.sqlite3_backup_step(backup, PagesAtOnce)) == raw.SQLITE_OK)
            {
                cancel.ThrowIfCancellationRequested();
            }
            SqliteException.ThrowExceptionForRC(step == raw.SQLITE_DONE ? raw.SQLITE_OK : step, to.Handle);
        }
        Run(from, "ROLLBACK");
        Run(to, "PRAGMA journal_mode = DELETE"); // one file that opens anywhere
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        raw.sqlite3_busy_timeout(connection.Handle, 5000);
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
