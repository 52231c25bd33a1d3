using System.Diagnostics;

namespace Wigwag.Program.Mcp;

/// <summary>When to try again: soon at first, then every two seconds, until patience ends.</summary>
/// <param name="patience">How long to go on trying; infinite where nothing waits for the outcome.</param>
internal sealed class Retry(TimeSpan patience)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _next = First;

    /// <summary>Waits for the next try; false when there should be none.</summary>
    public async Task<bool> Wait(CancellationToken cancel)
    {
        if (patience != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(_started) + _next > patience)
        {
            return false;
        }
        // Bridges that lost the same server do not all come back at once.
        await Task.Delay(_next * (0.5 + Random.Shared.NextDouble()), cancel);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return true;
    }

    /// <summary>It worked: the next failure is a first one again.</summary>
    public void Reset() => _next = First;
}
