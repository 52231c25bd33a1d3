using System.Diagnostics.Metrics;

namespace Wigwag.Storage.Sqlite;

/// <summary>The engine's numbers, under the meter <c>Wigwag.Storage</c>.</summary>
internal sealed class StorageMetrics : IDisposable
{
    public const string MeterName = "Wigwag.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _batchSize;
    private readonly Histogram<double> _commitDuration;
    private readonly Counter<long> _stops;

    public StorageMetrics(Func<int> queueLength)
    {
        _batchSize = _meter.CreateHistogram(
            "wigwag.storage.batch.size",
            "{command}",
            "Commands made durable by one commit.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _commitDuration = _meter.CreateHistogram<double>("wigwag.storage.commit.duration", "s", "Time of one commit, its fsync included.");
        _stops = _meter.CreateCounter<long>("wigwag.storage.stops", "{stop}", "Times that writing stopped until the database was reopened and checked.");
        _meter.CreateObservableGauge("wigwag.storage.queue.length", queueLength, "{command}", "Commands that wait for the writer.");
    }

    public void Committed(int commands, TimeSpan took)
    {
        _batchSize.Record(commands);
        _commitDuration.Record(took.TotalSeconds);
    }

    public void Stopped() => _stops.Add(1);

    public void Dispose() => _meter.Dispose();
}
