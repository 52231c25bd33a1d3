using Npgsql;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>Token buckets in the database, a row each, changed by one statement: whoever asks at the same time waits for the row.</summary>
internal static class Tokens
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async ValueTask<TakenTokens> Take(Pool pool, string bucket, int most, int perSecond, int burst, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            return await pool.With(Caller.System, connection => Take(connection, bucket, most, perSecond, burst, patience.Token), patience.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new StoreUnavailableException("the database did not answer in time.", e);
        }
        catch (Exception e) when (Failure.Of(e) is var failure && failure != e)
        {
            pool.Source.Clear();
            throw failure;
        }
    }

    // EXCLUDED.at was read before the row was waited for, so it may lie behind the row's.
    private static async ValueTask<TakenTokens> Take(NpgsqlConnection connection, string bucket, int most, int perSecond, int burst, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO shared_tokens AS t (bucket, tokens, taken, at)
            VALUES ($1, $4 - $2, $2, extract(epoch FROM clock_timestamp()))
            ON CONFLICT (bucket) DO UPDATE SET
              taken  = LEAST($2, floor(LEAST($4, t.tokens + GREATEST(0, EXCLUDED.at - t.at) * $3))),
              tokens = LEAST($4, t.tokens + GREATEST(0, EXCLUDED.at - t.at) * $3) - LEAST($2, floor(LEAST($4, t.tokens + GREATEST(0, EXCLUDED.at - t.at) * $3))),
              at     = GREATEST(t.at, EXCLUDED.at)
            RETURNING t.taken, t.tokens
            """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = bucket },
                new NpgsqlParameter<double> { TypedValue = Math.Min(most, burst) },
                new NpgsqlParameter<double> { TypedValue = perSecond },
                new NpgsqlParameter<double> { TypedValue = burst },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return new((int)reader.GetDouble(0), TimeSpan.FromSeconds(Math.Max(0, 1 - reader.GetDouble(1)) / perSecond));
    }
}
