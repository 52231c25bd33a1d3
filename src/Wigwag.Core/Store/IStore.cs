using Wigwag.Core.Operations;

namespace Wigwag.Core.Store;

/// <summary>An engine: SQLite in one file, or PostgreSQL.</summary>
public interface IStore : IAsyncDisposable
{
    Dialect Dialect { get; }

    /// <summary>The clock that sessions are given; it never goes back.</summary>
    TimeProvider Clock { get; }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction of its own and answers when it is on disk. An error rolls everything it did
    /// back, as an exception does. May run the work again when the engine asks for a retry.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The engine cannot commit now; nothing was done, unless it says that the outcome is unknown.</exception>
    ValueTask<Result<T>> Write<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel);

    /// <summary>Runs <paramref name="work"/> on one consistent view of the committed state; a write in it throws.</summary>
    ValueTask<Result<T>> Read<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel);

    /// <summary>
    /// Completes when something was committed after the call, or when cancelled. Take it before reading what it guards:
    /// <c>var more = store.Committed(); read; await more;</c> misses nothing.
    /// </summary>
    Task Committed();

    /// <summary>Writes a consistent copy of the whole database to a new file, under load. SQLite only; PostgreSQL has its own tools.</summary>
    ValueTask Backup(string path, CancellationToken cancel);
}
