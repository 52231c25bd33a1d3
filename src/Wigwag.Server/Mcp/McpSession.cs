using ModelContextProtocol.Server;

namespace Wigwag.Server.Mcp;

/// <summary>
/// What the revisions before 2026-07-28 keep between requests: the negotiated revision, the subscriptions and the stream that
/// notifications go out on. It holds no rights: each request brings its own credential.
/// </summary>
internal sealed class McpSession : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _running;
    private readonly Lock _lock = new();
    private int _requests;
    private Watch? _watch;
    private bool _streaming;
    private bool _streamed;
    private long _lastUsed;

    public McpSession(string id, string principal, McpServerOptions options, TimeProvider clock)
    {
        (Id, Principal, _clock, _lastUsed) = (id, principal, clock, clock.GetTimestamp());
        Transport = new StreamableHttpServerTransport { SessionId = id };
        Server = McpServer.Create(Transport, options);
        _running = Server.RunAsync(_closed.Token);
    }

    public string Id { get; }

    /// <summary>The credential, and the agent it spoke for, that opened the session; to every other one it does not exist.</summary>
    public string Principal { get; }

    public StreamableHttpServerTransport Transport { get; }

    public McpServer Server { get; }

    /// <summary>True while no request and no stream of it is open.</summary>
    public bool IsIdle => Volatile.Read(ref _requests) == 0;

    public TimeSpan IdleFor => IsIdle ? _clock.GetElapsedTime(Volatile.Read(ref _lastUsed)) : TimeSpan.Zero;

    /// <summary>Keeps the session from idling until disposed.</summary>
    public IDisposable Use()
    {
        Interlocked.Increment(ref _requests);
        return new Usage(this);
    }

    /// <summary>What the client subscribed to; null before it has.</summary>
    public Watch? Watched
    {
        get
        {
            lock (_lock)
            {
                return _watch;
            }
        }
    }

    /// <summary>What the client subscribes to.</summary>
    public Watch Watching(Func<Watch> open)
    {
        lock (_lock)
        {
            if (_watch is null)
            {
                _watch = open();
                if (_streaming)
                {
                    _watch.Connect(again: false);
                }
            }
            return _watch;
        }
    }

    /// <summary>
    /// Sends notifications to the client on the stream until it ends; false when another one is open, for there is one at a time.
    /// </summary>
    public async Task<bool> Stream(Stream stream, CancellationToken cancel)
    {
        Task sending;
        lock (_lock)
        {
            if (_streaming)
            {
                return false;
            }
            sending = Transport.HandleGetRequestAsync(stream, cancel);
            _watch?.Connect(again: _streamed);
            (_streaming, _streamed) = (true, true);
        }
        try
        {
            await sending;
            return true;
        }
        finally
        {
            lock (_lock)
            {
                _streaming = false;
                _watch?.Disconnect();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Watched is { } watch)
        {
            await watch.DisposeAsync();
        }
        // The transport first: it lets answers under way end instead of breaking them off.
        await Transport.DisposeAsync();
        await _closed.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // The way a session ends.
        }
        await Server.DisposeAsync();
        _closed.Dispose();
    }

    private sealed class Usage(McpSession session) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref session._lastUsed, session._clock.GetTimestamp());
            Interlocked.Decrement(ref session._requests);
        }
    }
}
