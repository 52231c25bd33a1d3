using System.Threading.RateLimiting;

namespace Wigwag.Server.Limits;

/// <summary>A bucket that only this server takes from. It is filled by hand at each request: at rest it costs no timer.</summary>
internal sealed class OwnBucket(ServerLimits limits) : IBucket
{
    private readonly Lock _lock = new();
    private int _debt;

    private readonly TokenBucketRateLimiter _limiter = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = limits.RequestBurst,
        TokensPerPeriod = limits.RequestsPerSecond >= 100 ? limits.RequestsPerSecond / 100 : limits.RequestsPerSecond,
        ReplenishmentPeriod = limits.RequestsPerSecond >= 100 ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
        QueueLimit = 0,
    });

    public ValueTask<TimeSpan?> Take() => new(TakeNow());

    /// <summary>As <see cref="Take"/>, which waits for nothing.</summary>
    public TimeSpan? TakeNow()
    {
        _limiter.TryReplenish();
        if (Owes() is var owed && owed > 0)
        {
            return TimeSpan.FromSeconds((double)owed / limits.RequestsPerSecond);
        }
        using var lease = _limiter.AttemptAcquire();
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter
            : TimeSpan.FromSeconds(1);
    }

    public void Charge(int tokens)
    {
        lock (_lock)
        {
            _debt = Math.Min(_debt + tokens, limits.RequestBurst);
        }
    }

    // What is left of the debt after paying with what there is.
    private int Owes()
    {
        lock (_lock)
        {
            if (_debt > 0 && _limiter.GetStatistics() is { CurrentAvailablePermits: > 0 and var left })
            {
                var paid = (int)Math.Min(_debt, left);
                using var lease = _limiter.AttemptAcquire(paid);
                _debt -= lease.IsAcquired ? paid : 0;
            }
            return _debt;
        }
    }

    public void Dispose() => _limiter.Dispose();
}
