using System.Globalization;
using System.Text;

namespace Wigwag.Server.Mcp;

/// <summary>
/// The streams that one session's client has opened for notifications. The protocol wants each message on one of them only: the newest gets
/// it, for the others may be dead without anybody knowing; when it takes nothing, the one before it does. Each message has an id, and the
/// latest are remembered, so that a client which comes back with the last id it saw is told again what came after.
/// </summary>
internal sealed class NotificationStreams(TimeSpan patience) : IDisposable
{
    /// <summary>How many a session may have open; one more ends the oldest.</summary>
    public const int MostOpen = 4;

    /// <summary>How many messages are remembered.</summary>
    public const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly List<Open> _open = [];
    private readonly Queue<Sent> _sent = [];
    private readonly CancellationTokenSource _over = new();
    private long _last;
    private long _forgotten;
    private int _opened;
    private bool _isOver;

    private sealed record Open(int Number, SseStream Stream, CancellationTokenSource Ends, CancellationToken Ended);

    private sealed record Sent(int Stream, long Id, string Uri);

    /// <summary>True when the client had one open before.</summary>
    public bool WasOpen => Volatile.Read(ref _opened) > 0;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _open.Count > 0;
            }
        }
    }

    /// <summary>What was sent on a stream after the message with this id; null when that is not known any more, or never was.</summary>
    public IReadOnlyList<string>? After(string id)
    {
        lock (_lock)
        {
            return id.Split('-') is [var stream, var message]
                && int.TryParse(stream, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= _opened
                && long.TryParse(message, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place >= _forgotten && place <= _last
                    ? [.. _sent.Where(sent => sent.Stream == number && sent.Id > place).Select(sent => sent.Uri).Distinct()]
                    : null;
        }
    }

    /// <summary>Keeps a stream open until its client leaves, the session ends, or newer ones take its place.</summary>
    /// <param name="stream">Of the answer.</param>
    /// <param name="opened">Called once messages can be sent on it.</param>
    /// <param name="cancel">The client left, or the server stops.</param>
    public async Task Serve(SseStream stream, Action opened, CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, _over.Token);
        Open own;
        lock (_lock)
        {
            own = new(++_opened, stream, ends, ends.Token);
            // The id alone moves the client's place, so that one which loses the connection before the first message misses none.
            stream.Begin(Encoding.UTF8.GetBytes($"id: {own.Number}-{_last}\n\n"));
            if (_open.Count == MostOpen)
            {
                End(_open[0]);
            }
            _open.Add(own);
        }
        try
        {
            opened();
            await stream.FlushAsync(ends.Token);
            await Task.Delay(Timeout.Infinite, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(own);
            }
        }
    }

    /// <summary>Sends a message on the newest stream that takes it; false when there is none.</summary>
    public async Task<bool> Send(string uri, byte[] message, CancellationToken cancel)
    {
        while (Newest(uri) is var (stream, id))
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, stream.Ended);
                limit.CancelAfter(patience);
                await stream.Stream.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes($"id: {stream.Number}-{id}\nevent: message\ndata: "), .. message, (byte)'\n', (byte)'\n'], limit.Token);
                await stream.Stream.FlushAsync(limit.Token);
                return true;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                cancel.ThrowIfCancellationRequested();
                lock (_lock)
                {
                    End(stream);
                }
            }
        }
        return false;
    }

    /// <summary>Ends them all.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _open.Clear();
        }
        _over.Cancel();
    }

    private (Open Stream, long Id)? Newest(string uri)
    {
        lock (_lock)
        {
            if (_isOver || _open is not [.., var newest])
            {
                return null;
            }
            _sent.Enqueue(new(newest.Number, ++_last, uri));
            if (_sent.Count > MostKept)
            {
                _forgotten = _sent.Dequeue().Id;
            }
            return (newest, _last);
        }
    }

    private void End(Open stream)
    {
        _open.Remove(stream);
        try
        {
            stream.Ends.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }
}
