using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The one thread that writes and checkpoints. While it commits, commands gather in the queue; it then runs all of them, each in a
/// savepoint, in one transaction, and answers them once that is on disk. A command that comes alone waits for nobody.
/// </summary>
internal sealed class Writer : IAsyncDisposable
{
    // Flows into every handler: the writer it runs on.
    private static readonly AsyncLocal<Writer?> Running = new();

    private readonly SqliteOptions _options;
    private readonly MonotonicClock _clock;
    private readonly ClockSteps _steps;
    private readonly CommitSignal _committed;
    private readonly StoreMemory _memory;
    private readonly ILogger _log;
    private readonly WriteQueue _queue;
    private readonly WriterConnection _database;
    private readonly StorageMetrics _metrics;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingWrite> _batch = [];
    private int _alone; // so many of the next commands each in a commit of its own
    private bool _isCommitting;
    private volatile StoreUnavailableException? _stopped;

    public Writer(
        string path,
        SqliteOptions options,
        Connection connection,
        ReaderPool readers,
        MarkFile mark,
        long commits,
        MonotonicClock clock,
        CommitSignal committed,
        StoreMemory memory,
        ILogger log)
    {
        (_options, _clock, _committed, _memory, _log) = (options, clock, committed, memory, log);
        _steps = new(clock, log);
        _queue = new(options);
        _metrics = new(() => _queue.Length);
        _database = new(path, options, connection, readers, mark, commits, log);
        new Thread(Work) { IsBackground = true, Name = "wigwag writer" }.UnsafeStart();
    }

    /// <summary>The time of a transaction that begins now.</summary>
    public static DateTimeOffset Now(TimeProvider clock) => DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Queues a command and waits until it is on disk.</summary>
    public async ValueTask<Result<T>> Run<T>(
        Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (Running.Value == this)
        {
            throw new InvalidOperationException("A handler may not begin another command: it would wait for itself.");
        }
        var pending = new PendingWrite<T>(work, cancel) { Caller = caller };
        await _queue.Add(pending, cancel);
        if (_stopped is { } stopped && pending.TryWithdraw())
        {
            pending.Fail(Copy(stopped));
        }
        return await pending.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _closed.Task;
        _queue.Dispose();
    }

    private void Work()
    {
        Running.Value = this;
        var isOpen = true;
        while (isOpen)
        {
            try
            {
                isOpen = RunNextBatch();
            }
            catch (SqliteException e)
            {
                Settle(e);
            }
        }
        _database.Close();
        _metrics.Dispose();
        _closed.SetResult();
    }

    /// <summary>False once the store is closing and nothing waits.</summary>
    private bool RunNextBatch()
    {
        if (_queue.Take() is { } first)
        {
            _database.CheckpointIfDue(isBusy: RunBatch(first) >= _options.BusyBatch);
        }
        else if (_queue.Closing.IsCancellationRequested)
        {
            return false;
        }
        else if (!_queue.WaitForMore(_database.HasUncheckpointed ? _options.IdleCheckpoint : Timeout.InfiniteTimeSpan))
        {
            _database.Checkpoint();
        }
        return true;
    }

    /// <summary>Runs commands until none waits, or enough; commits; answers. How many they were, 0 when nothing was committed.</summary>
    private int RunBatch(PendingWrite first)
    {
        var connection = _database.Connection;
        var began = Stopwatch.GetTimestamp();
        var changes = connection.Changes;
        var size = _alone > 0 ? 1 : _options.BatchSize;
        _alone = Math.Max(0, _alone - 1);
        _batch.Add(first);
        _steps.Follow(connection);
        connection.Run("BEGIN IMMEDIATE");
        if (!RunOne(connection, first))
        {
            return 0;
        }
        while (_batch.Count < size && Stopwatch.GetElapsedTime(began) < _options.BatchTime && _queue.Take() is { } next)
        {
            _batch.Add(next);
            if (!RunOne(connection, next))
            {
                return 0;
            }
        }
        if (!Commit(connection, changes))
        {
            return 0;
        }
        if (connection.Changes != changes)
        {
            _committed.Pulse();
        }
        _batch.ForEach(Answer);
        var committed = _batch.Count;
        _batch.Clear();
        return committed;
    }

    /// <summary>Runs one command in its savepoint; false when it took the transaction down and the others were put back.</summary>
    private bool RunOne(Connection connection, PendingWrite pending)
    {
        connection.Run("SAVEPOINT command");
        var isKept = pending.Run(connection, Now(_clock), _options, _memory);
        if (pending.Failure is SqliteException fatal && (Failure.StopsWriting(fatal) || Failure.IsDiskFull(fatal)))
        {
            throw fatal;
        }
        if (!connection.InTransaction)
        {
            // A statement that was stopped, or a constraint that rolls back, ends the transaction of all; the others are innocent.
            _batch.Remove(pending);
            RunAgain(pending.Failure?.Message ?? "it ended the transaction");
            pending.Fail(pending.Failure is SqliteException e ? Failure.Of(e)
                : pending.Failure ?? new StoreUnavailableException("the command ended its own transaction."));
            return false;
        }
        if (!isKept)
        {
            connection.Run("ROLLBACK TO command");
        }
        connection.Run("RELEASE command");
        return true;
    }

    /// <summary>False when the commands were put back, or refused, because what is left for the commit failed, or a constraint that is checked at it.</summary>
    private bool Commit(Connection connection, int changes)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            // After the savepoints: at the end of each, full-text search would write out what it gathered.
            _batch.ForEach(pending => pending.Finish());
            var isChange = connection.Changes != changes;
            if (isChange)
            {
                _database.CountCommit();
            }
            _isCommitting = true;
            connection.Run("COMMIT");
            _isCommitting = false;
            if (isChange)
            {
                _database.Committed();
            }
        }
        catch (SqliteException e) when (_isCommitting ? e.SqliteErrorCode == raw.SQLITE_CONSTRAINT : !Failure.StopsWriting(e) && !Failure.IsDiskFull(e))
        {
            _isCommitting = false;
            connection.Abandon();
            if (_batch is [var culprit])
            {
                culprit.Fail(Failure.Of(e));
                _batch.Clear();
            }
            else
            {
                // It does not say whose it is.
                _alone = _batch.Count;
                RunAgain(e.Message);
            }
            return false;
        }
        _metrics.Committed(_batch.Count, Stopwatch.GetElapsedTime(began));
        return true;
    }

    private void RunAgain(string reason)
    {
        Log.RunAgain(_log, _batch.Count, reason);
        _queue.PutBack(_batch);
        _batch.Clear();
    }

    private static void Answer(PendingWrite pending)
    {
        if (pending.Failure is SqliteException e)
        {
            pending.Fail(Failure.Of(e));
        }
        else
        {
            pending.Answer();
        }
    }

    /// <summary>The transaction failed as a whole: nobody is told of success, and after a failure of the file nothing is written before it was checked.</summary>
    private void Settle(SqliteException failure)
    {
        var reason = new StoreUnavailableException(Failure.Of(failure).Message, failure)
        {
            IsDiskFull = Failure.IsDiskFull(failure),
            // Unwritten frames are no commit; frames that were written and perhaps not synced may be.
            IsOutcomeUnknown = _isCommitting && !Failure.IsDiskFull(failure),
        };
        _isCommitting = false;
        List<PendingWrite> failed = [.. _batch];
        _batch.Clear();
        var mustStop = Failure.StopsWriting(failure) || !HasRolledBack();
        if (mustStop)
        {
            _stopped = new(reason.Message, failure) { IsDiskFull = reason.IsDiskFull };
        }
        failed.ForEach(pending => pending.Fail(Copy(reason)));
        if (mustStop)
        {
            Log.Stopped(_log, reason.Message, failure);
            _metrics.Stopped();
            Recover();
        }
        else if (reason.IsDiskFull)
        {
            Log.DiskFull(_log, failed.Count);
            // What the log holds may be moved, so that the log can be written over from its start.
            _database.Checkpoint();
        }
    }

    private bool HasRolledBack()
    {
        try
        {
            _database.Connection.Abandon();
            return true;
        }
        catch (SqliteException)
        {
            return false; // whoever cannot roll back is reopened
        }
    }

    /// <summary>Refuses commands, and tries to reopen the database ever more rarely, until it is sound or the store closes.</summary>
    private void Recover()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (!_queue.Closing.IsCancellationRequested)
        {
            try
            {
                _database.Reopen(_clock.GetUtcNow());
                _memory.Clear();
                _stopped = null;
                Log.Resumed(_log);
                return;
            }
            catch (SqliteException e)
            {
                // A damaged file does not heal; reading all of it every two seconds would help nobody.
                var delay = e.SqliteErrorCode == raw.SQLITE_CORRUPT ? TimeSpan.FromMinutes(1) : backoff.Next();
                _stopped = new(Failure.Of(e).Message, e) { IsDiskFull = Failure.IsDiskFull(e) };
                Log.ReopenFailed(_log, backoff.Attempt, delay, e.Message);
                RefuseWaiting(_stopped);
                _queue.Closing.WaitHandle.WaitOne(delay);
            }
        }
        RefuseWaiting(new StoreUnavailableException("the store is closed."));
    }

    private void RefuseWaiting(StoreUnavailableException reason)
    {
        while (_queue.Take() is { } pending)
        {
            pending.Fail(Copy(reason));
        }
    }

    // Each caller throws its own: an exception carries the stack of who throws it.
    private static StoreUnavailableException Copy(StoreUnavailableException e) =>
        new(e.Message, e.InnerException) { IsDiskFull = e.IsDiskFull, IsOutcomeUnknown = e.IsOutcomeUnknown };
}
