using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>Runs queries, each on one snapshot.</summary>
internal sealed class Reader(Pools pools, PostgresOptions options, SessionTime time, ILogger log)
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
                return await pools.Readers.With(
                    async connection =>
                    {
                        var session = new PostgresSession(connection, null, NoLocks, cancel) { Caller = caller, Now = time.Read(), IsReadOnly = true };
                        try
                        {
                            return await work(session, cancel);
                        }
                        finally
                        {
                            await session.EndReading();
                        }
                    },
                    cancel);
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
}
