using Microsoft.AspNetCore.Http;

namespace Wigwag.Server.Observability;

/// <summary>Whether anybody uses the server: requests and streams under way, and when the last one ended.</summary>
public sealed class Activity(TimeProvider clock)
{
    private int _underWay;
    private long _lastEnd = clock.GetTimestamp();

    /// <summary>How long nothing has been under way; zero while something is.</summary>
    public TimeSpan Idle => Volatile.Read(ref _underWay) > 0 ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref _lastEnd));

    internal async Task Track(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await next(context);
        }
        finally
        {
            Volatile.Write(ref _lastEnd, clock.GetTimestamp());
            Interlocked.Decrement(ref _underWay);
        }
    }
}
