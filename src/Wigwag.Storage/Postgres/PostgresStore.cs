using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// The store in a PostgreSQL database that any number of servers share. Commands are serializable transactions, run again when they
/// could not be put in order with others; queries see one snapshot. See <c>0000_sequence.postgres.sql</c> for the order of the log.
/// </summary>
public sealed class PostgresStore : IStore, ISharedTokens
{
    private readonly Pools _pools;
    private readonly Writer _writer;
    private readonly Reader _reader;
    private readonly Wakeups _wakeups;
    private readonly CommitSignal _committed = new();
    private int _isClosed;

    private PostgresStore(PostgresAddress address, Pools pools, PostgresOptions options, SessionTime time, ILogger log)
    {
        (Address, _pools) = (address, pools);
        Clock = time.Clock;
        _wakeups = new(pools, options, _committed, log);
        var memory = new StoreMemory();
        _writer = new(pools, options, time, _wakeups, memory, log);
        _reader = new(pools, options, time, memory, log);
    }

    public PostgresAddress Address { get; }

    public Dialect Dialect => PostgresDialect.Instance;

    public TimeProvider Clock { get; }

    /// <summary>Where attachments lie beside the rows: the connections that their store shares with this one.</summary>
    internal Pools Pools => _pools;

    /// <summary>Connects, and runs the migrations that the database lacks; another server that does so is waited for.</summary>
    /// <param name="address">The database.</param>
    /// <param name="options">Limits, or null for the defaults.</param>
    /// <param name="wall">The clock, or null for the database's.</param>
    /// <param name="log">Where to tell of failures and recoveries.</param>
    /// <param name="cancel">Gives up connecting.</param>
    /// <exception cref="StoreRefusedException">It is newer than this program, differently made, or older than PostgreSQL 15.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be reached, or refuses the user.</exception>
    public static Task<PostgresStore> Open(
        PostgresAddress address, PostgresOptions? options = null, TimeProvider? wall = null, ILogger? log = null, CancellationToken cancel = default) =>
        Open(address, options, wall, log, isMove: false, cancel);

    /// <summary>As <see cref="Open(PostgresAddress, PostgresOptions?, TimeProvider?, ILogger?, CancellationToken)"/>, for <see cref="Moving.DatabaseMove"/>: also a database that is not whole yet.</summary>
    public static Task<PostgresStore> OpenForMove(PostgresAddress address, CancellationToken cancel = default) =>
        Open(address, null, null, null, isMove: true, cancel);

    private static async Task<PostgresStore> Open(
        PostgresAddress address, PostgresOptions? options, TimeProvider? wall, ILogger? log, bool isMove, CancellationToken cancel)
    {
        options ??= new();
        log ??= NullLogger.Instance;
        var pools = new Pools(address, options);
        try
        {
            var version = await Opening.CheckVersion(pools.Writers.Source, cancel);
            var ran = await Migrations.Run(pools.Ears.Source, (wall ?? TimeProvider.System).GetUtcNow(), cancel);
            if (!isMove)
            {
                await Opening.CheckWhole(pools.Writers.Source, cancel);
                await Opening.CheckTables(pools.Writers.Source, cancel);
            }
            var newest = await Opening.CheckSequence(pools.Writers.Source, log, cancel);
            Log.Opened(log, address.ToString(), version, ran.Count);
            return new(address, pools, options, new SessionTime(wall, newest), log);
        }
        catch (Exception e)
        {
            await pools.DisposeAsync();
            if (e is PostgresException refused)
            {
                if (Migrations.IsMismatch(refused))
                {
                    throw Schema.Migration.Mismatch(refused.MessageText);
                }
                if (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
                {
                    throw new StoreRefusedException($"The database's user lacks a right: {refused.MessageText}.") { Next = Opening.LetOwn };
                }
            }
            if (Failure.Of(e) is var failure && failure != e)
            {
                throw failure;
            }
            throw;
        }
    }

    public ValueTask<Result<T>> Write<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
        _writer.Run(caller, work, cancel);

    public ValueTask<Result<T>> Read<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
        _reader.Run(caller, work, cancel);

    public ValueTask<TakenTokens> Take(string bucket, int most, int perSecond, int burst, CancellationToken cancel) =>
        Tokens.Take(_pools.Counters, bucket, most, perSecond, burst, cancel);

    public Task Committed() => _committed.Next();

    /// <exception cref="NotSupportedException">PostgreSQL has its own tools.</exception>
    public ValueTask Backup(string path, CancellationToken cancel) => throw new NotSupportedException(
        "A PostgreSQL database is backed up with pg_dump or by archiving its write-ahead log (point-in-time recovery); see docs/deploy.md.");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }
        _writer.Close();
        await _wakeups.DisposeAsync();
        await _pools.DisposeAsync();
        _writer.Dispose();
        _committed.Pulse(); // whoever waits for a commit looks again, and is told that the store is closed
    }
}
