using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Files;
using Wigwag.Storage.Schema;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The store in one SQLite file, owned by this process alone. One connection writes: it runs waiting commands together, each in a
/// savepoint, and answers them after the one commit is on disk. Other connections read, each a consistent snapshot.
/// </summary>
public sealed class SqliteStore : IStore
{
    private readonly string _path;
    private readonly OwnerLock _owner;
    private readonly SqliteOptions _options;
    private readonly ReaderPool _readers;
    private readonly Writer _writer;
    private readonly CommitSignal _committed = new();
    private readonly StoreMemory _memory = new();

    private SqliteStore(
        string path, OwnerLock owner, SqliteOptions options, Connection connection, MarkFile mark, long commits, MonotonicClock clock, ILogger log)
    {
        (_path, _owner, _options) = (path, owner, options);
        Clock = clock;
        _readers = new(path, options);
        _writer = new(path, options, connection, _readers, mark, commits, clock, _committed, _memory, log);
    }

    public Dialect Dialect => SqliteDialect.Instance;

    public TimeProvider Clock { get; }

    /// <summary>Opens the database, makes it when there is none, and runs the migrations it lacks.</summary>
    /// <param name="path">The database file; <c>-wal</c>, <c>-shm</c> and <c>.lock</c> lie beside it.</param>
    /// <param name="options">Limits, or null for the defaults.</param>
    /// <param name="wall">The machine's clock, or null for the system's.</param>
    /// <param name="log">Where to tell of failures and recoveries.</param>
    /// <exception cref="StoreInUseException">Another process owns it.</exception>
    /// <exception cref="StoreRefusedException">It is newer than this program, differently made, or SQLite is missing.</exception>
    /// <exception cref="StoreUnavailableException">The disk is full, read-only or broken, or the file is damaged.</exception>
    public static SqliteStore Open(string path, SqliteOptions? options = null, TimeProvider? wall = null, ILogger? log = null)
    {
        SqliteLibrary.Load();
        path = Path.GetFullPath(path);
        options ??= new();
        log ??= NullLogger.Instance;
        var folder = Path.GetDirectoryName(path)!;
        PrivateFiles.CreateFolder(folder);
        var files = new DatabaseFiles(path);
        var owner = OwnerLock.Take(path);
        Connection? connection = null;
        MarkFile? mark = null;
        try
        {
            var check = new DatabaseCheck(files, log);
            check.LookAtKinds();
            var isThere = File.Exists(path);
            if (isThere)
            {
                owner.TakeDatabase(path);
            }
            check.Run(isThere ? owner.Database : null);
            if (!isThere)
            {
                PrivateFiles.Open(path, FileMode.CreateNew).Dispose();
                PrivateFiles.SyncFolder(folder);
                owner.TakeDatabase(path);
            }
            // From here on the log may be emptied, and is another one afterwards.
            mark = check.Mark is { } known ? new(files, owner.Database, known.Instance, known.Commits) : null;
            connection = Connection.OpenWriter(path, options);
            WriterConnection.MakeRecoveredDurable(connection, log);
            var ran = Migrations.Run(connection, Migrations.All, (wall ?? TimeProvider.System).GetUtcNow());
            if (TableCheck.Statements.FirstOrDefault(check => connection.Scalar(check.Sql) is not null) is { Sql: not null } failed)
            {
                throw StoreRefusedException.Damaged($"The database {path} is not whole: {failed.Found}.");
            }
            var (instance, commits) = Identity.Of(connection);
            mark ??= new(files, owner.Database, instance, commits);
            // A renewal is no fact of the log, and a lease may not last longer because the wall clock went back.
            var newest = new[]
            {
                connection.Scalar("SELECT at FROM events ORDER BY seq DESC LIMIT 1") ?? 0,
                connection.Scalar("SELECT MAX(renewed_at) FROM leases WHERE state = 'active'") ?? 0,
                connection.Scalar(ClockSteps.Newest) ?? 0,
            }.Max();
            var clock = new MonotonicClock(wall ?? MachineClock.Instance, DateTimeOffset.FromUnixTimeMilliseconds(newest));
            var store = new SqliteStore(path, owner, options, connection, mark, commits, clock, log);
            Log.Opened(log, path, raw.sqlite3_libversion().utf8_to_string(), ran.Count);
            return store;
        }
        catch (Exception e)
        {
            connection?.Dispose();
            mark?.Dispose();
            owner.Dispose();
            throw OpeningFailed(path, e);
        }
    }

    private const int ReadOnlyDisk = 30; // EROFS

    private static Exception OpeningFailed(string path, Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } => StoreRefusedException.Damaged($"The database {path} is damaged ({e.Message.TrimEnd('.')})."),
        SqliteException { SqliteErrorCode: raw.SQLITE_ERROR } => Migration.Mismatch(e.Message.TrimEnd('.')),
        SqliteException failure => Failure.Of(failure),
        IOException { HResult: ReadOnlyDisk } or UnauthorizedAccessException => Failure.Of(new SqliteException(e.Message, raw.SQLITE_READONLY)),
        IOException => new StoreUnavailableException($"the files of {path} cannot be used ({e.Message.TrimEnd('.')}).", e),
        _ => e,
    };

    public ValueTask<Result<T>> Write<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
        _writer.Run(caller, work, cancel);

    public async ValueTask<Result<T>> Read<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        var connection = await _readers.Rent(caller, cancel);
        var budget = Budget.OfQuery(_options.ReadLimit, cancel, _options.WorkLimit);
        var session = new SqliteSession(connection) { Caller = caller, Now = Writer.Now(Clock), Budget = budget, Memory = _memory, IsReadOnly = true };
        var isSound = true;
        try
        {
            connection.Run("BEGIN");
            connection.Spend(budget);
            return await work(session, cancel);
        }
        catch (SqliteException e)
        {
            isSound = !Failure.StopsWriting(e);
            cancel.ThrowIfCancellationRequested();
            throw Failure.Of(e, budget);
        }
        finally
        {
            session.End();
            connection.Spend(null); // what is run next on it is another's
            isSound = isSound && TryEnd(connection);
            _readers.Return(connection, caller, isSound);
        }
    }

    /// <summary>How many queries could begin at once.</summary>
    internal int FreeReaders => _readers.Free;

    public Task Committed() => _committed.Next();

    public ValueTask Backup(string path, CancellationToken cancel) => new(Task.Run(() => DatabaseCopy.Write(_path, path, cancel), cancel));

    /// <summary>Commits what waits, checkpoints, closes, and gives the file up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _owner.Dispose();
        _committed.Pulse(); // whoever waits for a commit looks again, and is told that the store is closed
    }

    private static bool TryEnd(Connection connection)
    {
        try
        {
            connection.Abandon();
            return true;
        }
        catch (SqliteException)
        {
            return false; // a connection that cannot end a read is closed
        }
    }
}
