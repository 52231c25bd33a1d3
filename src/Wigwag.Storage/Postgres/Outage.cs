using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>How long one command puts up with a database that cannot be reached.</summary>
internal sealed class Outage(Pools pools, PostgresOptions options, ILogger log)
{
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));
    private long _since;

    /// <summary>Waits before the next try; false when it has been long enough.</summary>
    public async ValueTask<bool> Wait(Exception failure, CancellationToken cancel)
    {
        _since = _since == 0 ? Stopwatch.GetTimestamp() : _since;
        if (Stopwatch.GetElapsedTime(_since) > options.RetryLimit)
        {
            return false;
        }
        pools.Clear();
        var delay = _backoff.Next();
        Log.Unreachable(log, _backoff.Attempt, delay, failure.Message);
        await Task.Delay(delay, cancel);
        return true;
    }
}
