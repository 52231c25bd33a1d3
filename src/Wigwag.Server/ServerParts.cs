using System.Diagnostics.Metrics;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Server.Limits;
using Wigwag.Server.Observability;

namespace Wigwag.Server;

/// <summary>What the endpoints of one running server work with.</summary>
public sealed class ServerParts : IDisposable
{
    internal ServerParts(ServerOptions options, IMeterFactory meters, CancellationToken stopping)
    {
        (Options, Stopping) = (options, stopping);
        Activity = new Activity(options.Store.Clock);
        Dispatcher = new Dispatcher(options.Store, options.Blobs);
        Keys = new KeyRing(options.Store);
        Limits = new RateLimits(options.Limits);
        Metrics = new ServerMetrics(meters);
        Prometheus = new PrometheusText(meters);
        Otlp = options.Otlp is { } endpoint ? new Otlp(endpoint) : null;
    }

    public ServerOptions Options { get; }

    /// <summary>The one way in to the operations.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Cancelled when the server begins to stop: whatever waits or streams ends then.</summary>
    public CancellationToken Stopping { get; }

    internal Activity Activity { get; }

    internal KeyRing Keys { get; }

    internal RateLimits Limits { get; }

    internal ServerMetrics Metrics { get; }

    internal PrometheusText Prometheus { get; }

    internal Otlp? Otlp { get; }

    internal TimeProvider Clock => Options.Store.Clock;

    public void Dispose()
    {
        Keys.Dispose();
        Limits.Dispose();
        Prometheus.Dispose();
        Otlp?.Dispose();
    }
}
