using Wigwag.Core.Store;

namespace Wigwag.Server.Limits;

/// <summary>
/// A bucket that all servers on one database take from. Tokens are fetched a batch at a time, before they run out, so that a request
/// seldom waits for the database. A token is one server's only, so in any time <c>t</c> all servers together let through at most
/// <c>burst + t × rate</c>, and one batch (a twentieth of the burst) for each server, which it may have fetched before. While the database
/// does not answer, the server counts by itself.
/// </summary>
internal sealed class SharedBucket(string name, ISharedTokens tokens, ServerLimits limits, TimeProvider clock) : IBucket
{
    // Between two questions to which the answer was "none", however many ask.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly int _batch = BatchOf(limits);
    private readonly Lock _lock = new();
    private int _left;
    private Task? _fetching;
    private long _askAgain;
    private OwnBucket? _alone;

    /// <summary>How many tokens a server has of one bucket at most.</summary>
    public static int BatchOf(ServerLimits limits) => Math.Max(1, limits.RequestBurst / 20);

    public async ValueTask<TimeSpan?> Take()
    {
        while (true)
        {
            Task fetching;
            lock (_lock)
            {
                var wait = clock.GetElapsedTime(clock.GetTimestamp(), _askAgain);
                if (_fetching is null && wait <= TimeSpan.Zero && _left <= _batch / 2)
                {
                    _fetching = Task.Run(Fetch);
                }
                if (_left > 0)
                {
                    _left--;
                    return null;
                }
                if (_alone is not null)
                {
                    return _alone.TakeNow();
                }
                if (_fetching is null)
                {
                    return wait;
                }
                fetching = _fetching;
            }
            await fetching;
        }
    }

    public void Charge(int tokens)
    {
        lock (_lock)
        {
            _left = Math.Max(_left - tokens, -limits.RequestBurst);
            _alone?.Charge(tokens);
        }
    }

    public void Dispose() => _alone?.Dispose();

    private async Task Fetch()
    {
        int wanted;
        lock (_lock)
        {
            wanted = Math.Min(_batch - _left, limits.RequestBurst);
        }
        TakenTokens? taken = null;
        try
        {
            taken = await tokens.Take(name, wanted, limits.RequestsPerSecond, limits.RequestBurst, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The requests themselves will say so.
        }
        lock (_lock)
        {
            _fetching = null;
            _left += taken?.Count ?? 0;
            var pause = taken is not { } answer ? Longest
                : answer.Count == wanted ? TimeSpan.Zero
                : answer.NextIn < Quiet ? Quiet
                : answer.NextIn < Longest ? answer.NextIn
                : Longest;
            _askAgain = clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
            if (taken is null)
            {
                _alone ??= new(limits);
            }
            else
            {
                _alone?.Dispose();
                _alone = null;
            }
        }
    }
}
