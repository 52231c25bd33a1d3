using Wigwag.Core.Store;
using Wigwag.Storage.Sharing;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// Commands that wait for the writer: bounded, left by callers who go, and taken in turns by credential, so that nobody waits behind all
/// that another has asked for. Those of one credential are taken in the order in which they came.
/// </summary>
internal sealed class WriteQueue(SqliteOptions options) : IDisposable
{
    private readonly FairShare _room = new(options.QueueLength, options.QueueOfOne, options.RoomLimit, "the places in the queue of commands");
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<PendingWrite>> _lines = new(StringComparer.Ordinal);
    private readonly Queue<string> _turns = new();
    private readonly ManualResetEventSlim _wake = new(false);
    private readonly CancellationTokenSource _closing = new();
    private bool _isClosed;

    // Begun, rolled back through no fault of their own, and taken before what waits.
    private Queue<PendingWrite> _again = new();

    public int Length => options.QueueLength - _room.Free;

    /// <summary>Cancelled when nothing more is let in.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Lets a command in, or fails it when there is no room for too long.</summary>
    public async ValueTask Add(PendingWrite pending, CancellationToken cancel)
    {
        try
        {
            await _room.Enter(pending.Caller, cancel);
        }
        catch (StoreUnavailableException e)
        {
            Refuse(pending, e);
            return;
        }
        catch (OperationCanceledException)
        {
            return; // its caller withdraws it
        }
        if (!Queued(pending))
        {
            _room.Leave(pending.Caller);
            Refuse(pending, new StoreUnavailableException("the store is closed."));
        }
    }

    /// <summary>The next command whose caller still waits, begun; null when there is none now. For the writer's thread alone, as all below.</summary>
    public PendingWrite? Take()
    {
        if (_again.TryDequeue(out var again))
        {
            return again;
        }
        while (Next() is { } pending)
        {
            _room.Leave(pending.Caller);
            if (pending.TryStart())
            {
                return pending;
            }
        }
        return null;
    }

    /// <summary>Waits until there may be a command, or none will come; false when that took longer than <paramref name="limit"/>.</summary>
    public bool WaitForMore(TimeSpan limit)
    {
        _wake.Reset();
        return HasSome() || _closing.IsCancellationRequested || _wake.Wait(limit);
    }

    /// <summary>Gives begun commands back, to be taken again first.</summary>
    public void PutBack(IEnumerable<PendingWrite> begun) => _again = new([.. begun, .. _again]);

    /// <summary>Lets nobody in any more; what waits may still be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }
            _isClosed = true;
        }
        _closing.Cancel();
        _wake.Set();
    }

    /// <summary>Once the writer has ended.</summary>
    public void Dispose()
    {
        _closing.Dispose();
        _wake.Dispose();
    }

    private bool Queued(PendingWrite pending)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }
            var name = pending.Caller.Account;
            if (!_lines.TryGetValue(name, out var line))
            {
                _lines[name] = line = new();
                _turns.Enqueue(name);
            }
            line.Enqueue(pending);
            _wake.Set();
            return true;
        }
    }

    private PendingWrite? Next()
    {
        lock (_lock)
        {
            if (!_turns.TryDequeue(out var name))
            {
                return null;
            }
            var line = _lines[name];
            var next = line.Dequeue();
            if (line.Count > 0)
            {
                _turns.Enqueue(name);
            }
            else
            {
                _lines.Remove(name);
            }
            return next;
        }
    }

    private bool HasSome()
    {
        lock (_lock)
        {
            return _turns.Count > 0;
        }
    }

    private static void Refuse(PendingWrite pending, StoreUnavailableException reason)
    {
        if (pending.TryWithdraw())
        {
            pending.Fail(reason);
        }
    }
}
