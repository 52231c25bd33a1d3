namespace Wigwag.Core.Store;

/// <summary>Tells any number of waiters of the next commit: one shared task, replaced at each pulse.</summary>
public sealed class CommitSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the first <see cref="Pulse"/> after the call.</summary>
    public Task Next() => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
