using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Feed;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server.Access;
using Wigwag.Server.Limits;
using Wigwag.Server.Mcp;
using Wigwag.Server.Observability;

namespace Wigwag.Server;

/// <summary>What the endpoints of one running server work with.</summary>
public sealed class ServerParts : IAsyncDisposable
{
    internal ServerParts(ServerOptions options, IMeterFactory meters, ILoggerFactory logs, CancellationToken stopping)
    {
        (Options, Stopping) = (options, stopping);
        Activity = new Activity(options.Store.Clock);
        Hub = new EventHub(options.Store, options.Limits.StreamBacklog, logs.CreateLogger<EventHub>());
        Dispatcher = new Dispatcher(options.Store, options.Blobs, (caller, work) => Limits!.Charge(caller, work));
        Keys = new KeyRing(options.Store);
        KeyWatch = new KeyWatch(Keys, Hub, stopping);
        Metrics = new ServerMetrics(meters);
        Limits = new RateLimits(options.Limits, options.Store as ISharedTokens, Metrics, options.Store.Clock);
        Prometheus = new PrometheusText(meters);
        McpSessions = new McpSessions(options.Store.Clock, options.Limits.StreamWriteTimeout);
        Otlp = options.Otlp is { } endpoint ? new Otlp(endpoint) : null;
        Chores = new Chores(options, logs);
    }

    public ServerOptions Options { get; }

    /// <summary>The one way in to the operations.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Facts as they are committed, for whoever streams them.</summary>
    public EventHub Hub { get; }

    /// <summary>Cancelled when the server begins to stop: whatever waits or streams ends then.</summary>
    public CancellationToken Stopping { get; }

    internal Activity Activity { get; }

    internal McpSessions McpSessions { get; }

    internal KeyRing Keys { get; }

    internal KeyWatch KeyWatch { get; }

    internal RateLimits Limits { get; }

    internal ServerMetrics Metrics { get; }

    internal PrometheusText Prometheus { get; }

    internal Otlp? Otlp { get; }

    internal Chores Chores { get; }

    internal TimeProvider Clock => Options.Store.Clock;

    public async ValueTask DisposeAsync()
    {
        await McpSessions.DisposeAsync();
        await Chores.DisposeAsync();
        await Hub.DisposeAsync();
        await KeyWatch.Watching;
        Keys.Dispose();
        Limits.Dispose();
        Prometheus.Dispose();
        Otlp?.Dispose();
    }
}
