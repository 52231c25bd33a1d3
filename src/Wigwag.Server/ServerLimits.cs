using Wigwag.Core.Operations;

namespace Wigwag.Server;

/// <summary>What one client, and all of them together, may ask of the server.</summary>
public sealed record ServerLimits
{
    /// <summary>The JSON of one request. Attachments have a limit of their own.</summary>
    public int BodyBytes { get; init; } = RequestLimits.JsonBytes;

    public long AttachmentBytes { get; init; } = 10 * 1024 * 1024;

    public int HeaderBytes { get; init; } = RequestLimits.HeaderBytes;

    /// <summary>TCP connections at the same time. When there are more, idle ones make room, those without a credential first.</summary>
    public int Connections { get; init; } = 4096;

    /// <summary>TCP connections of one address before its idle ones without a credential make room for its next; a proxy is one address.</summary>
    public int AnonymousConnectionsPerPeer { get; init; } = 1024;

    /// <summary>How long a new connection may say nothing.</summary>
    public TimeSpan FirstRequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection over which no credential came stays open after a request.</summary>
    public TimeSpan AnonymousKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The slowest a body may arrive, after five seconds of grace.</summary>
    public double BodyBytesPerSecond { get; init; } = 240;

    /// <summary>Requests a second that one key may make in the long run.</summary>
    public int RequestsPerSecond { get; init; } = 2000;

    /// <summary>Requests that one key may make at once.</summary>
    public int RequestBurst { get; init; } = 4000;

    /// <summary>How much of each second the store works for one key in the long run; a request that takes more work than most counts as several.</summary>
    public double StoreShare { get; init; } = 0.5;

    /// <summary>Event streams that one key may hold open.</summary>
    public int StreamsPerKey { get; init; } = 1024;

    /// <summary>Events that wait for one reader of the stream before it is dropped.</summary>
    public int StreamBacklog { get; init; } = 1024;

    /// <summary>How long a reader of the stream may take no bytes while some wait for it.</summary>
    public TimeSpan StreamWriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent stream says that it lives.</summary>
    public TimeSpan StreamHeartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long requests under way are given when the server stops.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);
}
