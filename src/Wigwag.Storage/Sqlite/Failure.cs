using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>What SQLite's error codes mean for the store.</summary>
internal static class Failure
{
    private const int ShmSize = raw.SQLITE_IOERR | (19 << 8);

    /// <summary>True when nothing may be written before the database was closed, reopened and checked.</summary>
    public static bool StopsWriting(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_IOERR or raw.SQLITE_READONLY
        or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_NOMEM;

    // The shared index of the WAL cannot grow on a full disk either, and says so in its own way.
    public static bool IsDiskFull(SqliteException e) => e.SqliteErrorCode == raw.SQLITE_FULL || e.SqliteExtendedErrorCode == ShmSize;

    /// <summary>As <see cref="Of(SqliteException)"/>, where a statement may have been stopped because its transaction's budget was spent.</summary>
    public static Exception Of(SqliteException e, Budget budget) => e.SqliteErrorCode == raw.SQLITE_INTERRUPT && (budget.IsOver || budget.HasNoneLeft) ? budget.Over() : Of(e);

    /// <summary>The exception for callers: unavailable for a broken machine, the same exception for a bug.</summary>
    public static Exception Of(SqliteException e) =>
        IsDiskFull(e) ? new StoreUnavailableException("the disk is full.", e) { IsDiskFull = true }
        : e.SqliteErrorCode == raw.SQLITE_READONLY ? new StoreUnavailableException(
            "the database is read-only: see that its files are the server's user's own to write, and that their disk is not mounted read-only.", e)
        : e.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED ? new StoreUnavailableException("the database is locked by a program that is not Wigwag.", e)
        : e.SqliteErrorCode == raw.SQLITE_INTERRUPT ? new StoreUnavailableException("a statement took too long and was stopped.", e)
        : e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB ? new StoreUnavailableException("the database file is damaged.", e)
        : StopsWriting(e) ? new StoreUnavailableException($"reading or writing the database failed ({e.Message})", e)
        : e;
}
