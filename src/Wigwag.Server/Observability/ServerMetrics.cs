using System.Diagnostics;
using System.Diagnostics.Metrics;
using Wigwag.Core.Operations;
using Wigwag.Server.Http;

namespace Wigwag.Server.Observability;

/// <summary>What the server counts beyond what Kestrel and hosting count themselves.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "Wigwag.Server";

    private readonly Histogram<double> _operations;
    private readonly UpDownCounter<long> _streams;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    public ServerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _operations = meter.CreateHistogram(
            "wigwag.operation.duration", "s", "How long operations took, waiting included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30] });
        _streams = meter.CreateUpDownCounter<long>("wigwag.event_stream.active", "{stream}", "Event streams that are open.");
        _dropped = meter.CreateCounter<long>("wigwag.event_stream.dropped", "{stream}", "Event streams that were ended because their reader did not read.");
        _refused = meter.CreateCounter<long>("wigwag.request.refused", "{request}", "Requests that no operation saw: foreign hosts and origins, bad credentials, too many.");
    }

    public void Operated(Operation operation, long startedAt, Error? error) => _operations.Record(
        Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
        new("wigwag.operation", operation.Name),
        new("wigwag.outcome", error is null ? "ok" : Problem.KindName(error.Kind)));

    public void StreamOpened() => _streams.Add(1);

    public void StreamClosed() => _streams.Add(-1);

    public void StreamDropped() => _dropped.Add(1);

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("error.type", code));
}
