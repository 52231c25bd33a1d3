namespace Wigwag.Core.Store;

/// <summary>Does what is due when it is due: sleeps until the time that the last look named, or until a commit that may have made something due earlier.</summary>
internal static class Watch
{
    // The longest sleep of a timer, and how soon a store that could not answer is asked again.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // Commits in quick succession are looked at together.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="store">Whose commits wake it, and whose clock it goes by.</param>
    /// <param name="look">Does what is due now; when something will be, or null when more may be due already.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task Run(IStore store, Func<CancellationToken, Task<DateTimeOffset?>> look, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var committed = store.Committed();
                if (await look(cancel) is { } next && next - store.Clock.GetUtcNow() is var left && left > TimeSpan.Zero)
                {
                    await Sleep(committed, left < LongestSleep ? left : LongestSleep);
                    if (committed.IsCompleted)
                    {
                        await Sleep(Task.Delay(Gathering, cancel), Gathering);
                    }
                }
            }
            catch (StoreUnavailableException)
            {
                // Nothing was done; the engine says why where it is asked by others.
                await Sleep(Task.Delay(Timeout.Infinite, cancel), RetryAfter);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }

        // Until something was committed, the time is over, or the watch ends; which of them it was is seen by looking.
        async Task Sleep(Task committed, TimeSpan left) =>
            await committed.WaitAsync(left, store.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
