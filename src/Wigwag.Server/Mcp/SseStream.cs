namespace Wigwag.Server.Mcp;

/// <summary>
/// A response stream of server-sent events that says every so often that it lives (a comment line, which readers skip), so that
/// neither end keeps a dead connection.
/// </summary>
internal sealed class SseStream : Stream
{
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private readonly Stream _inner;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ITimer _timer;
    private byte[] _begin = [];
    private bool _betweenEvents = true;
    private bool _ended;

    public SseStream(Stream inner, TimeProvider clock, TimeSpan heartbeat)
    {
        _inner = inner;
        _timer = clock.CreateTimer(_ => _ = Beat(), null, heartbeat, heartbeat);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>What is written before everything else, with the first event or at the first flush.</summary>
    public void Begin(byte[] events) => _begin = events;

    /// <exception cref="IOException">The answer that it writes to has ended.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await Start(cancellationToken);
            _betweenEvents = false;
            await _inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await Start(cancellationToken);
            await _inner.FlushAsync(cancellationToken);
            _betweenEvents = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask Start(CancellationToken cancel)
    {
        if (_ended)
        {
            throw new IOException("The stream has ended.");
        }
        if (_begin is { Length: > 0 } begin)
        {
            _begin = [];
            await _inner.WriteAsync(begin, cancel);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override void Flush() => throw new NotSupportedException("Flush asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _turn.WaitAsync();
        _ended = true;
        _turn.Release();
        await base.DisposeAsync();
    }

    private async Task Beat()
    {
        if (!await _turn.WaitAsync(0))
        {
            return;
        }
        try
        {
            if (_betweenEvents && !_ended)
            {
                await _inner.WriteAsync(Comment);
                await _inner.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The reader is gone; the request's own cancellation ends what writes here.
        }
        finally
        {
            _turn.Release();
        }
    }
}
