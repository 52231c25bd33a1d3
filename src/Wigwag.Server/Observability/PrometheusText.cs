using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Wigwag.Server.Observability;

/// <summary>Gathers the process's metrics and writes them in Prometheus' text format (version 0.0.4).</summary>
internal sealed class PrometheusText : IDisposable
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    // More series than that come from a label that should not be one; what is there goes on being counted.
    private const int MaxSeriesPerInstrument = 500;
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, Family> _families = new();

    /// <param name="factory">Whose meters are this server's own; another server in the process has another.</param>
    public PrometheusText(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsOurs(instrument, factory))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, key => new Family(key)));
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Record(family, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Record(family, value, tags));
        _listener.Start();
    }

    /// <summary>All metrics as they are now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal).DistinctBy(family => family.Name))
        {
            family.Write(text);
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsOurs(Instrument instrument, IMeterFactory factory) => instrument.Meter switch
    {
        { Name: "Microsoft.AspNetCore.Hosting" or "Microsoft.AspNetCore.Server.Kestrel" } meter => ReferenceEquals(meter.Scope, factory),
        { Name: ServerMetrics.MeterName } meter => ReferenceEquals(meter.Scope, factory),
        { Name: "System.Runtime" } => true,
        var meter => meter.Name.StartsWith("Wigwag.", StringComparison.Ordinal),
    };

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((Family)family!).Record(value, tags);

    /// <summary>One instrument with a series for each set of labels.</summary>
    private sealed class Family
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, Series> _series = [];
        private readonly string _kind;
        private readonly string? _help;
        private readonly bool _replaces;
        private readonly double[] _bounds;

        public Family(Instrument instrument)
        {
            var type = instrument.GetType().Name;
            _kind = type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram" : type.Contains("UpDown", StringComparison.Ordinal) || type.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "counter";
            _replaces = instrument.IsObservable || type.StartsWith("Gauge", StringComparison.Ordinal);
            _help = instrument.Description;
            _bounds = _kind == "histogram" ? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? DefaultBounds : [];
            Name = NameOf(instrument);
        }

        public string Name { get; }

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = Labels(tags);
            lock (_gate)
            {
                if (!_series.TryGetValue(labels, out var series))
                {
                    if (_series.Count >= MaxSeriesPerInstrument)
                    {
                        return;
                    }
                    _series[labels] = series = new Series { Buckets = new long[_bounds.Length] };
                }
                series.Count++;
                series.Sum = _replaces ? value : series.Sum + value;
                // Bounds are inclusive; beyond the last only the count knows.
                if (_bounds.AsSpan().BinarySearch(value) is var place && (place < 0 ? ~place : place) < _bounds.Length)
                {
                    series.Buckets[place < 0 ? ~place : place]++;
                }
            }
        }

        public void Write(StringBuilder text)
        {
            if (_help is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_help.Replace("\n", " ", StringComparison.Ordinal)}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {Name} {_kind}\n");
            lock (_gate)
            {
                foreach (var (labels, series) in _series)
                {
                    if (_kind == "histogram")
                    {
                        WriteHistogram(text, labels, series);
                    }
                    else
                    {
                        text.Append(CultureInfo.InvariantCulture, $"{Name}{Braces(labels)} {series.Sum:R}\n");
                    }
                }
            }
        }

        private void WriteHistogram(StringBuilder text, string labels, Series series)
        {
            var comma = labels.Length == 0 ? "" : ",";
            long below = 0;
            for (var i = 0; i < _bounds.Length; i++)
            {
                below += series.Buckets[i];
                text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{labels}{comma}le=\"{_bounds[i]:R}\"}} {below}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{labels}{comma}le=\"+Inf\"}} {series.Count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{Braces(labels)} {series.Sum:R}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Name}_count{Braces(labels)} {series.Count}\n");
        }

        private string NameOf(Instrument instrument)
        {
            var name = instrument.Name.Replace('.', '_');
            var unit = instrument.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
            if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            {
                name += unit;
            }
            return _kind == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
        }

        private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.IsEmpty)
            {
                return "";
            }
            var text = new StringBuilder();
            foreach (var (name, value) in tags)
            {
                var shown = value switch { null => "", bool flag => flag ? "true" : "false", _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" };
                text.Append(text.Length == 0 ? "" : ",").Append(name.Replace('.', '_')).Append("=\"")
                    .Append(shown.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                    .Append('"');
            }
            return text.ToString();
        }

        private static string Braces(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

        private sealed class Series
        {
            public required long[] Buckets { get; init; }

            public double Sum { get; set; }

            public long Count { get; set; }
        }
    }
}
