using System.Diagnostics;
using Wigwag.Core.Store;

namespace Wigwag.Program.Mcp;

/// <summary>When to try again: soon at first, then every two seconds, until patience ends.</summary>
/// <param name="patience">How long to go on trying; infinite where nothing waits for the outcome.</param>
internal sealed class Retry(TimeSpan patience)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    // Bridges that lost the same server do not all come back at once.
    private readonly Backoff _pause = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    /// <summary>Waits for the next try; false when there should be none.</summary>
    public async Task<bool> Wait(CancellationToken cancel)
    {
        var pause = _pause.Next();
        if (patience != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(_started) + pause > patience)
        {
            return false;
        }
        await Task.Delay(pause, cancel);
        return true;
    }

    /// <summary>It worked: the next failure is a first one again.</summary>
    public void Reset() => _pause.Reset();
}
