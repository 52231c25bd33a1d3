using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server.Access;
using Wigwag.Server.Http;
using Wigwag.Server.Observability;

namespace Wigwag.Server.Limits;

/// <summary>
/// A token bucket for each key, one for all servers where the store can share it. A request takes a token when it begins and holds
/// nothing while it waits.
/// </summary>
internal sealed class RateLimits(ServerLimits limits, ISharedTokens? shared, ServerMetrics metrics, TimeProvider clock) : IDisposable
{
    // About five milliseconds: what nearly every request stays below.
    private const long Unnoticed = 5_000;

    private readonly ConcurrentDictionary<string, Lazy<IBucket>> _buckets = new();

    public async Task Apply(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnonymousEndpoint>() is not null)
        {
            await next(context);
            return;
        }
        var caller = context.CallerOf();
        if (await _buckets.GetOrAdd(caller.Credential, name => new(() => NewBucket(name))).Value.Take() is not { } wait)
        {
            await next(context);
            return;
        }
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var error = new Error(
            ErrorKind.RateLimited, "too_many_requests", $"This key makes more than {limits.RequestsPerSecond} requests a second, or fewer that cost much.", $"Try again in {seconds} s.");
        metrics.Refused(error.Code);
        await context.Refuse(error);
    }

    /// <summary>Counts a request whose transactions worked more than most as several, so that nobody has more of the store than its share in the long run.</summary>
    /// <param name="caller">Who asked.</param>
    /// <param name="work">What it cost, in the units of <see cref="Budget"/>.</param>
    public void Charge(Caller caller, long work)
    {
        if (work > Unnoticed && _buckets.TryGetValue(caller.Credential, out var bucket))
        {
            bucket.Value.Charge((int)((work - Unnoticed) * limits.RequestsPerSecond / (limits.StoreShare * Budget.Usual)));
        }
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values.Where(bucket => bucket.IsValueCreated))
        {
            bucket.Value.Dispose();
        }
    }

    // The local administrators of two machines are not one.
    private IBucket NewBucket(string credential) =>
        shared is null || credential == Authentication.LocalCredential ? new OwnBucket(limits) : new SharedBucket(credential, shared, limits, clock);
}
