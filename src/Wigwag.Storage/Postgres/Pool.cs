using System.Globalization;
using Npgsql;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Sharing;

namespace Wigwag.Storage.Postgres;

/// <summary>Connections for one purpose. Who finds all of them in use waits for a while, in turn.</summary>
internal sealed class Pool : IAsyncDisposable
{
    /// <summary>A connection that is in use.</summary>
    public readonly struct Loan(NpgsqlConnection connection, FairShare places, Caller caller) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public async ValueTask DisposeAsync()
        {
            try
            {
                await connection.DisposeAsync();
            }
            finally
            {
                places.Leave(caller);
            }
        }
    }

    private readonly FairShare _places;
    private readonly int _size;
    private readonly TimeSpan _patience;
    private volatile bool _isClosed;

    /// <param name="address">The database.</param>
    /// <param name="options">Limits that the address does not set.</param>
    /// <param name="settings">Settings of the engine for every connection: <c>-c name=value</c>.</param>
    /// <param name="keep">False for connections that their users keep and close by themselves.</param>
    /// <param name="size">How many at most; null for what the address or the options say.</param>
    public Pool(PostgresAddress address, PostgresOptions options, string settings, bool keep = true, int? size = null)
    {
        var connect = address.Settings();
        connect.Pooling = keep;
        connect.MaxPoolSize = size ?? (connect.ShouldSerialize("Maximum Pool Size") ? connect.MaxPoolSize : options.PoolSize);
        connect.Timeout = connect.ShouldSerialize("Timeout") ? connect.Timeout : Seconds(options.ConnectLimit);
        connect.CommandTimeout = connect.ShouldSerialize("Command Timeout") ? connect.CommandTimeout : Seconds(options.StatementLimit);
        connect.CancellationTimeout = 1000;
        connect.NoResetOnClose = true; // nothing is set on a connection that the next one would mind
        connect.MaxAutoPrepare = 200;
        connect.AutoPrepareMinUsages = 3;
        connect.ApplicationName ??= "wigwag";
        connect.IncludeErrorDetail = false; // it repeats values of rows
        connect.PersistSecurityInfo = false;
        // Compiling takes 100 ms where a statement takes less than one; enable_seqscan=off makes it look worth the while.
        connect.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"{connect.Options} {settings} -c jit=off -c statement_timeout={connect.CommandTimeout}s -c lock_timeout={(long)options.LockLimit.TotalMilliseconds}ms -c idle_in_transaction_session_timeout=30s").Trim();
        Source = new NpgsqlSlimDataSourceBuilder(connect.ConnectionString).EnableTransportSecurity().EnableArrays().Build();
        _size = connect.MaxPoolSize;
        _places = new(_size, Math.Max(1, _size / 2), options.ConnectLimit, "the connections to the database");
        _patience = options.ConnectLimit;
    }

    /// <summary>The driver's own, for those that wait for nobody.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Lends a connection to <paramref name="use"/>.</summary>
    /// <exception cref="StoreUnavailableException">All are in use, or the store is closed.</exception>
    public async ValueTask<T> With<T>(Caller caller, Func<NpgsqlConnection, ValueTask<T>> use, CancellationToken cancel)
    {
        await using var loan = await Lend(caller, cancel);
        return await use(loan.Connection);
    }

    /// <summary>Lends a connection until the loan is disposed.</summary>
    /// <exception cref="StoreUnavailableException">All are in use, or the store is closed.</exception>
    public async ValueTask<Loan> Lend(Caller caller, CancellationToken cancel)
    {
        await _places.Enter(caller, cancel);
        try
        {
            return _isClosed ? throw new StoreUnavailableException("the store is closed.") : new(await Source.OpenConnectionAsync(cancel), _places, caller);
        }
        catch
        {
            _places.Leave(caller);
            throw;
        }
    }

    /// <summary>Lends no more, and closes when what is lent came back.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        var patience = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (_places.Free < _size && Environment.TickCount64 < patience)
        {
            await Task.Delay(5);
        }
        await Source.DisposeAsync();
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
