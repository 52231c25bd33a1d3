using Microsoft.Data.Sqlite;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Failures = Wigwag.Storage.Sqlite.Failure;

namespace Wigwag.Storage.Sqlite;

/// <summary>A command on its way to the disk: waiting, then run in a savepoint (perhaps more than once), then answered after the commit.</summary>
internal abstract class PendingWrite
{
    private const int Waiting = 0;
    private const int Started = 1;
    private const int Withdrawn = 2;

    private int _state;

    /// <summary>What the handler threw, when it did.</summary>
    public Exception? Failure { get; protected set; }

    /// <summary>Takes it for running; false when its caller has withdrawn it.</summary>
    public bool TryStart() => Interlocked.CompareExchange(ref _state, Started, Waiting) == Waiting;

    /// <summary>Runs the handler; true when what it did is to be kept.</summary>
    public abstract bool Run(Connection connection, DateTimeOffset now, SqliteOptions options, StoreMemory memory);

    /// <summary>Whose it is.</summary>
    public required Caller Caller { get; init; }

    /// <summary>Runs what the handler left for the commit, when what it did is kept.</summary>
    public abstract void Finish();

    /// <summary>Gives the caller what the handler answered or threw: its commit is on disk.</summary>
    public abstract void Answer();

    /// <summary>Tells the caller that it was not committed, or perhaps not.</summary>
    public abstract void Fail(Exception failure);

    /// <summary>Takes it out of the queue; false when it runs already.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting;
}

/// <inheritdoc/>
internal sealed class PendingWrite<T> : PendingWrite
{
    private readonly Func<Session, CancellationToken, ValueTask<Result<T>>> _work;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _registration;
    private readonly TaskCompletionSource<Result<T>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Result<T> _result;
    private SqliteSession? _kept;

    public PendingWrite(Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        _work = work;
        _cancel = cancel;
        _registration = cancel.UnsafeRegister(static (self, token) => ((PendingWrite<T>)self!).Withdraw(token), this);
    }

    public Task<Result<T>> Task => _answer.Task;

    public override bool Run(Connection connection, DateTimeOffset now, SqliteOptions options, StoreMemory memory)
    {
        (_result, Failure, _kept) = (default, null, null);
        var budget = Budget.OfCommand(options.WriteLimit, _cancel, options.WorkLimit);
        var session = new SqliteSession(connection) { Caller = Caller, Now = now, Budget = budget, Memory = memory };
        try
        {
            connection.Spend(budget);
            var running = _work(session, _cancel);
            _result = running.IsCompleted ? running.GetAwaiter().GetResult() : Wait(running.AsTask(), options.HandlerLimit);
        }
        catch (SqliteException e) when (Failures.Of(e, budget) is OverBudgetException over)
        {
            Failure = over;
        }
#pragma warning disable CA1031 // It is not swallowed: the caller gets it, after the batch is settled.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
        finally
        {
            session.End();
            connection.Spend(null); // the next statements are the commit's
        }
        _kept = Failure is null && _result.Error is null ? session : null;
        return _kept is not null;
    }

    public override void Finish() => _kept?.Finish();

    public override void Answer()
    {
        _registration.Unregister();
        if (Failure is OperationCanceledException && _cancel.IsCancellationRequested)
        {
            _answer.SetCanceled(_cancel);
        }
        else if (Failure is not null)
        {
            _answer.SetException(Failure);
        }
        else
        {
            _answer.SetResult(_result);
        }
    }

    public override void Fail(Exception failure)
    {
        _registration.Unregister();
        _answer.SetException(failure);
    }

    // A handler only waits for the session, which answers at once; one that waits for something else holds up everybody.
    private static Result<T> Wait(Task<Result<T>> running, TimeSpan limit)
    {
        try
        {
            return running.WaitAsync(limit).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            throw new TimeoutException($"A handler held the writer longer than {limit} and was rolled back.");
        }
    }

    private void Withdraw(CancellationToken token)
    {
        if (TryWithdraw())
        {
            _answer.TrySetCanceled(token);
        }
    }
}
