using ModelContextProtocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Agents;

namespace Wigwag.Server.Mcp;

/// <summary>
/// What the revisions before 2026-07-28 keep between requests: the negotiated revision, the subscriptions and the streams that
/// notifications go out on. It holds no rights: each request brings its own credential.
/// </summary>
internal sealed class McpSession : IAsyncDisposable
{
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _clock;
    // Not disposed: a request that comes at the moment in which the session ends still asks it.
    private readonly CancellationTokenSource _closed = new();
    private readonly string _presence = $"{Guid.NewGuid():n}";
    private readonly Task _running;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _requests;
    private Watch? _watch;
    private bool _isClosed;
    private long _lastUsed;

    public McpSession(string id, string principal, McpServerOptions options, TimeProvider clock, TimeSpan patience)
    {
        (Id, Principal, _clock, _lastUsed) = (id, principal, clock, clock.GetTimestamp());
        Streams = new(patience);
        Transport = new StreamableHttpServerTransport { SessionId = id };
        Server = McpServer.Create(Transport, options);
        _running = Server.RunAsync(_closed.Token);
    }

    public string Id { get; }

    /// <summary>The credential, and the agent it spoke for, that opened the session; to every other one it does not exist.</summary>
    public string Principal { get; }

    /// <summary>The session as others see that it is there; not its name in the protocol, which is a secret.</summary>
    public ClientSession Presence => ClientSession.Mcp(_presence, Server.ClientInfo?.Name);

    public StreamableHttpServerTransport Transport { get; }

    public McpServer Server { get; }

    /// <summary>Where notifications go out, beside the answers to requests.</summary>
    public NotificationStreams Streams { get; }

    /// <summary>True from the moment in which it begins to end.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Cancelled when it has ended.</summary>
    public CancellationToken Closed => _closed.Token;

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
    /// <exception cref="McpProtocolException">The session has ended.</exception>
    public Watch Watching(Func<Watch> open)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new McpProtocolException("The session has ended.", McpErrorCode.InvalidRequest);
            }
            if (_watch is null)
            {
                _watch = open();
                if (Streams.IsOpen)
                {
                    _watch.Connect([]);
                }
            }
            return _watch;
        }
    }

    /// <summary>
    /// Sends notifications to the client on the stream until it ends. What changed while none was open is told then. Who says up to where it
    /// was told before is told again what came after; who does not, of all it watches, for it may have missed anything.
    /// </summary>
    public async Task Stream(SseStream stream, string? lastEventId, CancellationToken cancel)
    {
        var isAgain = Streams.WasOpen;
        var missed = lastEventId is null ? (isAgain ? null : []) : Streams.After(lastEventId);
        try
        {
            await Streams.Serve(stream, () => Watched?.Connect(missed), cancel);
        }
        finally
        {
            lock (_lock)
            {
                if (!Streams.IsOpen)
                {
                    _watch?.Disconnect();
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Watch? watch;
        lock (_lock)
        {
            (_isClosed, watch) = (true, _watch);
        }
        if (watch is not null)
        {
            await watch.DisposeAsync();
        }
        Streams.Dispose();
        // Answers under way end, but for those that wait for something; what is written when the transport goes breaks off.
        if (!IsIdle)
        {
            await _idle.Task.WaitAsync(LastAnswers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
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
    }

    private sealed class Usage(McpSession session) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref session._lastUsed, session._clock.GetTimestamp());
            if (Interlocked.Decrement(ref session._requests) == 0 && session.IsClosed)
            {
                session._idle.TrySetResult();
            }
        }
    }
}
