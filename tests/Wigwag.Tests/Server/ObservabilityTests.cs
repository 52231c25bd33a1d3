using System.Net;
using System.Text;

namespace Wigwag.Tests.Server;

public sealed class ObservabilityTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_is_told_to_anyone_and_nothing_else_is(string path)
    {
        using var nobody = _server.Client(null);
        Assert.Equal("{\"status\":\"ok\"}", await (await nobody.Get(path)).Text());
    }

    [Fact]
    public async Task A_server_whose_store_is_closed_is_alive_and_not_ready()
    {
        await _server.Store.DisposeAsync();
        using var nobody = _server.Client(null);
        Assert.Equal(HttpStatusCode.OK, (await nobody.Get("/healthz")).StatusCode);
        await RunningServer.Refused(await nobody.Get("/readyz"), HttpStatusCode.ServiceUnavailable, "not_ready");
    }

    [Fact]
    public async Task Metrics_need_a_key_and_follow_the_conventions_names()
    {
        using var nobody = _server.Client(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.Get("/metrics")).StatusCode);
        await _server.Http.Get("/v1/keys");
        await _server.Http.Get("/v1/keys?ended=maybe");
        var response = await _server.Http.Get("/metrics");
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Text();
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/v1/keys\"", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE wigwag_operation_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.Contains("wigwag_operation_duration_seconds_count{wigwag_operation=\"list_keys\",wigwag_outcome=\"ok\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("wigwag_request_refused_total{error_type=\"no_credential\"} 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_of_the_metrics_is_one_that_prometheus_reads()
    {
        await _server.Http.Get("/v1/keys");
        var seen = new HashSet<string>();
        var counts = new Dictionary<string, long>();
        foreach (var line in (await (await _server.Http.Get("/metrics")).Text()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Matches("^(# (HELP|TYPE) [a-z_:][a-z0-9_:]* .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-z_][a-z0-9_]*=\"[^\"\\n]*\",?)*\\})? [-+0-9.eE]+)$", line);
            Assert.True(line.StartsWith('#') || seen.Add(line.Split(' ')[0]), $"Twice: {line}");
        }
    }

    [Fact]
    public async Task Secrets_bodies_and_queries_never_reach_the_log()
    {
        const string Planted = "PlantedSecret4711";
        using var client = _server.Client(_server.Token, ("X-Api-Key", Planted), ("Cookie", "session=" + Planted), ("Idempotency-Key", Planted));
        using var forger = _server.Client("wig_k0000000000_" + Planted.PadRight(43, '0'));
        await client.Get($"/v1/keys?token={Planted}");
        await client.Get($"/v1/{Planted}");
        await client.Get($"/v1/agents/{Planted}%2F{Planted}");
        await client.Post("/v1/keys", new { name = Planted, role = "reader" });
        await client.Post("/v1/keys", new StringContent($"{{\"name\":\"{Planted}", Encoding.UTF8, "application/json"));
        await client.Put("/v1/attachments", new StringContent(Planted));
        await forger.Get("/v1/keys");
        await _server.Raw($"GET /{Planted} HTTP/1.1\r\nHost: {Planted}\r\nConnection: close\r\n\r\n");
        await _server.Raw($"GET /{Planted} HTTP/1.1\r\nHost: localhost\r\nBad Header {Planted}\r\n\r\n");
        await _server.Raw($"{Planted} nonsense\r\n\r\n");
        await _server.Store.DisposeAsync();
        await client.Post("/v1/keys", new { name = Planted, role = "reader" });
        var log = _server.Logged.ToString();
        Assert.DoesNotContain(Planted, log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_server.Token[^43..], log, StringComparison.Ordinal);
        Assert.Contains("1020", log, StringComparison.Ordinal);
        Assert.Contains("1021", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_and_traces_go_to_the_collector_by_otlp()
    {
        var (collector, port) = Collector();
        using var listening = collector;
        var paths = new HashSet<string>();
        var collecting = Task.Run(async () =>
        {
            while (paths.Count < 2)
            {
                var context = await collector.GetContextAsync();
                paths.Add(context.Request.Url!.AbsolutePath);
                context.Response.Close();
            }
        }, TestContext.Current.CancellationToken);
        await using (var server = await RunningServer.Start(options => options with { Otlp = new Uri($"http://127.0.0.1:{port}") }))
        {
            await server.Http.Get("/v1/keys");
        }
        await collecting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(["/v1/metrics", "/v1/traces"], paths.Order());
    }

    // HttpListener cannot be given a free port, so one is tried after another.
    private static (HttpListener Listener, int Port) Collector()
    {
        for (var port = 20000 + (Environment.ProcessId % 10000); ; port++)
        {
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (port < 32000)
            {
                listener.Close();
            }
        }
    }
}
