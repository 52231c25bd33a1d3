using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Wigwag.Server.Observability;

/// <summary>Sends metrics and traces to a collector, by OTLP over HTTP.</summary>
internal sealed class Otlp : IDisposable
{
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    /// <param name="endpoint">The collector's base address, <c>http://127.0.0.1:4318</c>.</param>
    public Otlp(Uri endpoint)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService("wigwag", serviceVersion: typeof(Otlp).Assembly.GetName().Version?.ToString(3));
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Wigwag.*")
            .AddOtlpExporter(exporter => Address(exporter, endpoint, "v1/metrics"))
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Microsoft.AspNetCore", "Wigwag.*")
            .AddOtlpExporter(exporter => Address(exporter, endpoint, "v1/traces"))
            .Build();
    }

    /// <summary>Sends what is left, for a second at most each.</summary>
    public void Dispose()
    {
        _metrics.Shutdown(1000);
        _traces.Shutdown(1000);
        _metrics.Dispose();
        _traces.Dispose();
    }

    private static void Address(OtlpExporterOptions exporter, Uri endpoint, string path)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri($"{endpoint.ToString().TrimEnd('/')}/{path}");
    }
}
