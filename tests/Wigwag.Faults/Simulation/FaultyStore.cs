using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Faults.Simulation;

/// <summary>A real store that lets commands come to grief when it is told to.</summary>
internal sealed class FaultyStore(IStore inner) : IStore
{
    private readonly AsyncLocal<Mishap> _mishap = new();

    public Dialect Dialect => inner.Dialect;

    public TimeProvider Clock => inner.Clock;

    /// <summary>What happens to the writes of the flow of control that says so.</summary>
    public void Let(Mishap mishap) => _mishap.Value = mishap;

    public async ValueTask<Result<T>> Write<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel)
    {
        if (_mishap.Value == Mishap.Refused)
        {
            throw new StoreUnavailableException("A fault, before.");
        }
        var result = await inner.Write(caller, work, cancel);
        return _mishap.Value == Mishap.AnswerLost ? throw new StoreUnavailableException("A fault, after.") { IsOutcomeUnknown = true } : result;
    }

    public ValueTask<Result<T>> Read<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
        inner.Read(caller, work, cancel);

    public Task Committed() => inner.Committed();

    public ValueTask Backup(string path, CancellationToken cancel) => inner.Backup(path, cancel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
