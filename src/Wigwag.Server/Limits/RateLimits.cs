using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Server.Http;
using Wigwag.Server.Observability;

namespace Wigwag.Server.Limits;

/// <summary>A token bucket for each key. A request takes a token when it begins and holds nothing while it waits.</summary>
internal sealed class RateLimits(ServerLimits limits, ServerMetrics metrics) : IDisposable
{
    // Filled by hand at each request: a bucket at rest costs no timer.
    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> _buckets = new();

    public async Task Apply(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnonymousEndpoint>() is not null)
        {
            await next(context);
            return;
        }
        var bucket = _buckets.GetOrAdd(context.CallerOf().Credential, _ => NewBucket());
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var error = new Error(
            ErrorKind.RateLimited, "too_many_requests", $"This key makes more than {limits.RequestsPerSecond} requests a second.", $"Try again in {seconds} s.");
        metrics.Refused(error.Code);
        await context.Refuse(error);
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private TokenBucketRateLimiter NewBucket() => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = limits.RequestBurst,
        TokensPerPeriod = limits.RequestsPerSecond >= 100 ? limits.RequestsPerSecond / 100 : limits.RequestsPerSecond,
        ReplenishmentPeriod = limits.RequestsPerSecond >= 100 ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
        QueueLimit = 0,
    });
}
