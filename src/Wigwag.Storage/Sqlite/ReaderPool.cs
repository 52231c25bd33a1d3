using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>The connections that read, opened as they are needed, each used by one read at a time.</summary>
internal sealed class ReaderPool : IDisposable
{
    private readonly string _path;
    private readonly SqliteOptions _options;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentStack<Connection> _idle = new();

    // Keeps the WAL's shared index alive while the writer reopens: an index that is rebuilt from the file would take in the
    // frames of a commit whose fsync failed.
    private readonly Connection _anchor;
    private volatile bool _isClosed;

    public ReaderPool(string path, SqliteOptions options)
    {
        (_path, _options) = (path, options);
        _free = new(options.Readers, options.Readers);
        _anchor = Connection.OpenReader(path, options);
        _anchor.Scalar("SELECT COUNT(*) FROM sqlite_schema");
    }

    /// <exception cref="StoreUnavailableException">Every reader stayed busy, or the pool is closed.</exception>
    public async ValueTask<Connection> Rent(CancellationToken cancel)
    {
        if (!await _free.WaitAsync(_options.RoomLimit, cancel))
        {
            throw new StoreUnavailableException($"every reader was busy for {_options.RoomLimit.TotalSeconds} s.");
        }
        try
        {
            if (_isClosed)
            {
                throw new StoreUnavailableException("the store is closed.");
            }
            return _idle.TryPop(out var connection) ? connection : Connection.OpenReader(_path, _options);
        }
        catch (Exception e)
        {
            _free.Release();
            if (e is SqliteException failure)
            {
                throw Failure.Of(failure);
            }
            throw;
        }
    }

    /// <summary>Takes a connection back; one whose file failed it is closed instead.</summary>
    public void Return(Connection connection, bool isSound)
    {
        if (isSound && !_isClosed)
        {
            _idle.Push(connection);
        }
        else
        {
            connection.Dispose();
        }
        _free.Release();
    }

    /// <summary>Waits for the reads that run, as long as one statement may take, and closes every connection.</summary>
    public void Dispose()
    {
        _isClosed = true;
        var patience = Environment.TickCount64 + (long)_options.StatementLimit.TotalMilliseconds;
        for (var i = 0; i < _options.Readers; i++)
        {
            _free.Wait(TimeSpan.FromMilliseconds(Math.Max(0, patience - Environment.TickCount64)));
        }
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
        _anchor.Dispose();
        _free.Release(); // so that a read that comes late is told, rather than left waiting
    }
}
