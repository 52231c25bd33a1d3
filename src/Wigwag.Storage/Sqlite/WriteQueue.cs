using System.Threading.Channels;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sqlite;

/// <summary>Commands that wait for the writer: bounded, first come first served, and left by callers who go.</summary>
internal sealed class WriteQueue(SqliteOptions options) : IDisposable
{
    private readonly Channel<PendingWrite> _waiting = Channel.CreateBounded<PendingWrite>(
        new BoundedChannelOptions(options.QueueLength) { SingleReader = true });

    private readonly ManualResetEventSlim _wake = new(false);
    private readonly CancellationTokenSource _closing = new();

    // Begun, rolled back through no fault of their own, and taken before what waits.
    private Queue<PendingWrite> _again = new();

    public int Length => _waiting.Reader.Count;

    /// <summary>Cancelled when nothing more is let in.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Lets a command in, or fails it when there is no room for too long.</summary>
    public async ValueTask Add(PendingWrite pending, CancellationToken cancel)
    {
        if (_waiting.Writer.TryWrite(pending) || await HasFoundRoom(pending, cancel))
        {
            _wake.Set();
        }
    }

    /// <summary>The next command whose caller still waits, begun; null when there is none now. For the writer's thread alone, as all below.</summary>
    public PendingWrite? Take()
    {
        if (_again.TryDequeue(out var again))
        {
            return again;
        }
        while (_waiting.Reader.TryRead(out var pending))
        {
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
        return _waiting.Reader.TryPeek(out _) || _closing.IsCancellationRequested || _wake.Wait(limit);
    }

    /// <summary>Gives begun commands back, to be taken again first.</summary>
    public void PutBack(IEnumerable<PendingWrite> begun) => _again = new([.. begun, .. _again]);

    /// <summary>Lets nobody in any more; what waits may still be taken.</summary>
    public void Close()
    {
        if (_waiting.Writer.TryComplete())
        {
            _closing.Cancel();
            _wake.Set();
        }
    }

    /// <summary>Once the writer has ended.</summary>
    public void Dispose()
    {
        _closing.Dispose();
        _wake.Dispose();
    }

    private async ValueTask<bool> HasFoundRoom(PendingWrite pending, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.RoomLimit);
        var reason = "the store is closed.";
        try
        {
            while (await _waiting.Writer.WaitToWriteAsync(limit.Token))
            {
                if (_waiting.Writer.TryWrite(pending))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            reason = $"the queue of commands stayed full for {options.RoomLimit.TotalSeconds} s.";
        }
        catch (OperationCanceledException)
        {
            return false; // its caller withdraws it
        }
        if (pending.TryWithdraw())
        {
            pending.Fail(new StoreUnavailableException(reason));
        }
        return false;
    }
}
