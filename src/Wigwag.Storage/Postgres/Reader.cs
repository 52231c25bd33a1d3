using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>Runs queries, each on one snapshot.</summary>
internal sealed class Reader(Pools pools, PostgresOptions options, SessionTime time, StoreMemory memory, ILogger log)
{
    private static readonly HashSet<long> NoLocks = [];

    public async ValueTask<Result<T>> Run<T>(
        Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        var outage = new Outage(pools, options, log);
        while (true)
        {
            try
            {
                var loan = await pools.Readers.Lend(caller, cancel);
                var budget = Budget.OfQuery(options.ReadLimit, cancel);
                using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                ends.CancelAfter(options.ReadLimit);
                var session = new PostgresSession(loan.Connection, null, NoLocks, ends.Token)
                {
                    Caller = caller,
                    Now = time.Read(),
                    Budget = budget,
                    Memory = memory,
                    IsReadOnly = true,
                };
                try
                {
                    return await work(session, ends.Token);
                }
                catch (OperationCanceledException) when (ends.IsCancellationRequested && !cancel.IsCancellationRequested)
                {
                    throw budget.Over();
                }
                finally
                {
                    _ = End(session, loan);
                }
            }
            catch (Exception e) when (Failure.IsConnection(e) && !cancel.IsCancellationRequested)
            {
                if (!await outage.Wait(e, cancel))
                {
                    throw Failure.Of(e);
                }
            }
            catch (Exception e) when (Failure.Of(e) is var failure && failure != e)
            {
                cancel.ThrowIfCancellationRequested();
                throw failure;
            }
        }
    }

    // What was read is known; nobody waits for the database to hear that it is over.
    private static async Task End(PostgresSession session, Pool.Loan loan)
    {
        await using (loan)
        {
            await session.EndReading().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
