using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>Forgets idempotency keys, with the answers kept under them, that are too old for a repeat.</summary>
public sealed class IdempotencyKeyRetention(IStore store)
{
    /// <summary>How long a repeat of a command gets its first answer, at the least.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    // Few at once: others wait for the transaction.
    private const int Batch = 500;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <summary>Runs until cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Every, store.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested)
            {
                return;
            }
            try
            {
                while (await Forget(cancel) == Batch)
                {
                }
            }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
            {
                // They are as old the next time.
            }
        }
    }

    /// <summary>Forgets the oldest of those that are too old, at most five hundred; how many.</summary>
    public async Task<int> Forget(CancellationToken cancel) => (await store.Write<int>(
        Caller.System,
        async (session, _) => await session.ExecuteCounted(
            """
            DELETE FROM idempotency_keys WHERE (credential, key) IN (
              SELECT credential, key FROM idempotency_keys WHERE at < @before ORDER BY at LIMIT @batch)
            """, // idempotency_keys_by_age
            ("before", session.Now - KeptFor),
            ("batch", (long)Batch)),
        cancel)).Value;
}
