using Microsoft.Extensions.Logging;
using Npgsql;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// Tells every server's readers that something was committed. After commits of this server one NOTIFY is sent for as many as happened
/// meanwhile; a NOTIFY inside each transaction would put them in a row. What other servers tell is listened for; while that connection
/// is lost, or a transaction holds up the log, the log is looked at again and again.
/// </summary>
internal sealed class Wakeups : IAsyncDisposable
{
    private const string Channel = "wigwag";

    private static readonly TimeSpan Coalesced = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan WhileBehind = TimeSpan.FromMilliseconds(10);

    private readonly Pools _pools;
    private readonly PostgresOptions _options;
    private readonly CommitSignal _signal;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _untold = new(0, 1);
    private readonly Task _work;
    private int _hasUntold;

    public Wakeups(Pools pools, PostgresOptions options, CommitSignal signal, ILogger log)
    {
        (_pools, _options, _signal, _log) = (pools, options, signal, log);
        _work = Task.WhenAll(Keep(Listen), Keep(Tell));
    }

    /// <summary>A transaction of this server was committed.</summary>
    public void Committed()
    {
        _signal.Pulse();
        if (Interlocked.Exchange(ref _hasUntold, 1) == 0)
        {
            _untold.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    /// <summary>Runs one of the two on a connection of its own, and on a new one whenever that was lost.</summary>
    private async Task Keep(Func<NpgsqlConnection, CancellationToken, Task> work)
    {
        var stop = _stop.Token;
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), _options.PollEvery);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _pools.Ears.Source.OpenConnectionAsync(stop);
                backoff.Reset();
                await work(connection, stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested && (Failure.IsConnection(e) || Failure.Of(e) is StoreUnavailableException))
            {
                Log.Deaf(_log, e.Message);
                _signal.Pulse(); // readers poll meanwhile
                await Task.Delay(backoff.Next(), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return; // what broke because it stops needs no telling
            }
        }
    }

    private async Task Listen(NpgsqlConnection connection, CancellationToken stop)
    {
        await Execute(connection, $"LISTEN {Channel}", stop);
        Log.Listening(_log);
        var seen = (Last: -1L, Horizon: -1L);
        while (true)
        {
            var now = await Look(connection, stop);
            // The log is whole up to the horizon; what lies after it waits for a transaction in progress.
            if (now.Last != seen.Last || Math.Min(now.Horizon, now.Last) != Math.Min(seen.Horizon, seen.Last))
            {
                _signal.Pulse();
            }
            seen = now;
            await connection.WaitAsync(now.Horizon < now.Last ? WhileBehind : _options.PollEvery, stop);
        }
    }

    private async Task Tell(NpgsqlConnection connection, CancellationToken stop)
    {
        while (true)
        {
            await _untold.WaitAsync(stop);
            Volatile.Write(ref _hasUntold, 0);
            await Execute(connection, $"NOTIFY {Channel}", stop);
            await Task.Delay(Coalesced, stop);
        }
    }

    private static async Task<(long Last, long Horizon)> Look(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("SELECT COALESCE((SELECT MAX(seq) FROM events), 0), seq_horizon()", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
