using System.Data;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>
/// Runs commands, each in a serializable transaction. One that conflicted is run again with those of its kind one after the other, so
/// that the next try competes with newcomers only. One whose connection broke is run again on another; if it broke in the commit, only when
/// the database says that it was not done.
/// </summary>
internal sealed class Writer(Pools pools, PostgresOptions options, SessionTime time, Wakeups wakeups, StoreMemory memory, ILogger log) : IDisposable
{
    private const int RetriesAtOnce = 3;

    // Flows into every handler: the writer it runs on.
    private static readonly AsyncLocal<Writer?> Running = new();

    private readonly SemaphoreSlim _contended = new(1);
    private volatile bool _isClosed;

    /// <summary>What is known of a command on its way.</summary>
    private sealed class Attempt<T>
    {
        /// <summary>Advisory locks to take before the transaction.</summary>
        public SortedSet<long> Locks { get; } = [];

        /// <summary>The transaction's id once its commit has begun; 0 before.</summary>
        public long Committing { get; set; }

        /// <summary>What the handler answered.</summary>
        public Result<T> Answer { get; set; }
    }

    /// <summary>Refuses commands from now on.</summary>
    public void Close() => _isClosed = true;

    public void Dispose() => _contended.Dispose();

    public async ValueTask<Result<T>> Run<T>(
        Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        if (Running.Value == this)
        {
            throw new InvalidOperationException("A handler may not begin another command: it could wait for itself.");
        }
        var attempt = new Attempt<T>();
        var outage = new Outage(pools, options, log);
        var conflicts = 0;
        var again = new Backoff(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(200));
        var isAlone = false;
        try
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                try
                {
                    attempt.Committing = 0;
                    return await pools.Writers.With(caller, connection => Try(connection, caller, work, attempt, cancel), cancel);
                }
                catch (PostgresSession.LockWanted wanted)
                {
                    attempt.Locks.Add(wanted.Key);
                }
                catch (Exception e) when (Failure.IsConflict(e) && conflicts++ < options.MostRetries)
                {
                    isAlone = isAlone || await _contended.WaitAsync(options.LockLimit, cancel);
                    attempt.Locks.Add(AdvisoryKey.Contended);
                    if (conflicts > RetriesAtOnce)
                    {
                        // What it conflicts with has yet to commit.
                        await Task.Delay(again.Next(), cancel);
                    }
                }
                catch (Exception e) when (Failure.IsConnection(e) && !_isClosed)
                {
                    if (!await outage.Wait(e, attempt.Committing == 0 ? cancel : CancellationToken.None))
                    {
                        throw attempt.Committing == 0 ? Failure.Of(e) : Unknown(e);
                    }
                    if (attempt.Committing != 0)
                    {
                        await MakeSureItWasNotDone(attempt.Committing, e, outage);
                    }
                }
                catch (Exception e) when (Failure.Of(e) is var failure && failure != e)
                {
                    cancel.ThrowIfCancellationRequested();
                    throw failure;
                }
            }
        }
        finally
        {
            if (isAlone)
            {
                _contended.Release();
            }
        }
    }

    private async ValueTask<Result<T>> Try<T>(
        NpgsqlConnection connection,
        Caller caller,
        Func<Session, CancellationToken, ValueTask<Result<T>>> work,
        Attempt<T> attempt,
        CancellationToken cancel)
    {
        if (_isClosed)
        {
            throw new StoreUnavailableException("the store is closed.");
        }
        var holdsLocks = attempt.Locks.Count > 0;
        try
        {
            await Lock(connection, attempt.Locks, cancel);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
            var (id, now) = await Begin(connection, transaction, cancel);
            var budget = Budget.OfCommand(options.WriteLimit, cancel);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            ends.CancelAfter(options.WriteLimit);
            var session = new PostgresSession(connection, transaction, attempt.Locks, ends.Token) { Caller = caller, Now = now, Budget = budget, Memory = memory };
            Running.Value = this;
            try
            {
                attempt.Answer = await work(session, ends.Token);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                throw budget.Over();
            }
            finally
            {
                session.End();
                Running.Value = null;
            }
            if (attempt.Answer.Error is not null)
            {
                await transaction.RollbackAsync(CancellationToken.None);
                return attempt.Answer;
            }
            attempt.Committing = id;
            await session.Commit();
            holdsLocks = false;
        }
        finally
        {
            // A connection that broke took its locks along.
            if (holdsLocks && connection.State == ConnectionState.Open)
            {
                await using var command = new NpgsqlCommand(PostgresSession.GiveBack, connection);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        wakeups.Committed();
        return attempt.Answer;
    }

    private async ValueTask<(long Id, DateTimeOffset Now)> Begin(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        var askedAt = Stopwatch.GetTimestamp();
        await using var command = new NpgsqlCommand(
            "SELECT pg_current_xact_id()::text::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint", connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return (reader.GetInt64(0), time.Of(reader.GetInt64(1), askedAt));
    }

    // In the order of their keys, so that two never wait for each other.
    private static async ValueTask Lock(NpgsqlConnection connection, SortedSet<long> keys, CancellationToken cancel)
    {
        foreach (var key in keys)
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = key } } };
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <summary>
    /// Returns when the database says that a transaction whose commit was not answered did not take place. That it says "committed" proves
    /// nothing: after a crash it gives the ids of transactions that left no trace on disk to new ones.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It may have taken place: the outcome is unknown.</exception>
    private async ValueTask MakeSureItWasNotDone(long transaction, Exception cause, Outage outage)
    {
        while (true)
        {
            try
            {
                var status = await pools.Readers.With(
                    Caller.System,
                    async connection =>
                    {
                        await using var command = new NpgsqlCommand("SELECT pg_xact_status($1::text::xid8)", connection)
                        {
                            Parameters = { new NpgsqlParameter<string> { TypedValue = transaction.ToString(System.Globalization.CultureInfo.InvariantCulture) } },
                        };
                        return await command.ExecuteScalarAsync() as string;
                    },
                    CancellationToken.None);
                Log.Asked(log, status ?? "unknown");
                switch (status)
                {
                    case "aborted":
                        return;
                    case "committed" or null:
                        throw Unknown(cause);
                }
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
            {
                // An id that the database has not given yet: it crashed, and nothing of that transaction had reached its disk.
                return;
            }
            catch (Exception e) when (Failure.IsConnection(e))
            {
                cause = e;
            }
            // In progress: the server has not yet noticed that the connection is gone.
            if (!await outage.Wait(cause, CancellationToken.None))
            {
                throw Unknown(cause);
            }
        }
    }

    private static StoreUnavailableException Unknown(Exception cause) =>
        new("the connection to the database was lost while it committed.", cause) { IsOutcomeUnknown = true };
}
