using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Sharing;

namespace Wigwag.Storage.Sqlite;

/// <summary>The connections that read, opened as they are needed, each used by one read at a time.</summary>
internal sealed class ReaderPool : IDisposable
{
    private readonly string _path;
    private readonly SqliteOptions _options;
    private readonly FairShare _places;
    private readonly ConcurrentStack<Connection> _idle = new();

    // Keeps the WAL's shared index alive while the writer reopens: an index that is rebuilt from the file would take in the
    // frames of a commit whose fsync failed.
    private readonly Connection _anchor;
    private volatile bool _isClosed;
    private TaskCompletionSource? _paused;

    public ReaderPool(string path, SqliteOptions options)
    {
        (_path, _options) = (path, options);
        _places = new(options.Readers, options.ReadersOfOne, options.RoomLimit, "the connections that read");
        _anchor = Connection.OpenReader(path, options);
        _anchor.Scalar("SELECT COUNT(*) FROM sqlite_schema");
    }

    /// <summary>How many reads could begin at once.</summary>
    public int Free => _places.Free;

    /// <exception cref="StoreUnavailableException">Every reader stayed busy, or the pool is closed.</exception>
    public async ValueTask<Connection> Rent(Caller caller, CancellationToken cancel)
    {
        await _places.Enter(caller, cancel);
        try
        {
            await LetIn(cancel);
            if (_isClosed)
            {
                throw new StoreUnavailableException("the store is closed.");
            }
            return _idle.TryPop(out var connection) ? connection : Connection.OpenReader(_path, _options);
        }
        catch (Exception e)
        {
            _places.Leave(caller);
            if (e is SqliteException failure)
            {
                throw Failure.Of(failure);
            }
            throw;
        }
    }

    /// <summary>Takes a connection back; one whose file failed it is closed instead.</summary>
    public void Return(Connection connection, Caller caller, bool isSound)
    {
        if (isSound && !_isClosed)
        {
            _idle.Push(connection);
        }
        else
        {
            connection.Dispose();
        }
        _places.Leave(caller);
    }

    /// <summary>
    /// Lets no read begin until <see cref="Resume"/>: while one snapshot follows the other without a gap, the write-ahead log cannot be started
    /// over. Those that run end within their budget.
    /// </summary>
    public void Pause() => Interlocked.CompareExchange(ref _paused, new(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Resume() => Interlocked.Exchange(ref _paused, null)?.TrySetResult();

    private async ValueTask LetIn(CancellationToken cancel)
    {
        while (!_isClosed && Volatile.Read(ref _paused) is { } paused)
        {
            await paused.Task.WaitAsync(cancel);
        }
    }

    /// <summary>Waits for the reads that run, as long as one may take, and closes every connection.</summary>
    public void Dispose()
    {
        _isClosed = true;
        Resume();
        var patience = Environment.TickCount64 + (long)_options.ReadLimit.TotalMilliseconds;
        while (_places.Free < _options.Readers && Environment.TickCount64 < patience)
        {
            Thread.Sleep(1);
        }
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
        _anchor.Dispose();
    }
}
