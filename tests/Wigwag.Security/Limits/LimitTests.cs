using System.Diagnostics;
using System.Net;
using System.Text;

namespace Wigwag.Security.Limits;

public sealed class LimitTests
{
    [Fact]
    public async Task A_key_that_asks_too_fast_is_told_when_to_ask_again_and_others_are_not_held_up()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 2, RequestBurst = 20 } });
        var (token, _) = await server.Key(new { name = "busy", role = "reader" });
        using var busy = server.Client(token);
        HttpResponseMessage response;
        var asked = 0;
        while ((response = await busy.Get("/v1/projects")).IsSuccessStatusCode)
        {
            Assert.True(++asked < 200, "Nothing held it back.");
        }
        await RunningServer.Refused(response, HttpStatusCode.TooManyRequests, "too_many_requests");
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.True(asked >= 20);
        await RunningServer.Ok(await server.Http.Get("/v1/projects"));
        await RunningServer.Ok(await busy.Get("/healthz"));
    }

    [Fact]
    public async Task A_body_larger_than_the_limit_is_refused_whether_or_not_it_says_its_size()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { BodyBytes = 10_000 } });
        var body = "{\"name\":\"" + new string('x', 20_000) + "\",\"role\":\"reader\"}";
        var sized = new StringContent(body, Encoding.UTF8, "application/json");
        await RunningServer.Refused(await server.Http.Post("/v1/keys", sized), HttpStatusCode.RequestEntityTooLarge, "body_too_large");
        var (status, answer) = await server.Raw(
            $"POST /v1/keys HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAuthorization: Bearer {server.Token}\r\nContent-Type: application/json\r\n"
            + $"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
        Assert.True(status == 413, answer);
        Assert.Contains("body_too_large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_larger_than_the_limit_are_refused()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { HeaderBytes = 4096 } });
        var (status, answer) = await server.Raw($"GET /healthz HTTP/1.1\r\nHost: localhost:{server.Port}\r\nX-Padding: {new string('x', 8000)}\r\n\r\n");
        Assert.True(status == 431, answer);
    }

    [Fact]
    public async Task A_client_that_dribbles_its_headers_is_cut_off()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { HeaderTimeout = TimeSpan.FromSeconds(1) } });
        var started = Stopwatch.GetTimestamp();
        var (status, _) = await server.Raw("GET /healthz HTTP/1.1\r\nHost: localh");
        Assert.True(status is 408 or 0);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_client_that_dribbles_its_body_is_cut_off()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { BodyBytesPerSecond = 100_000 } });
        var (status, answer) = await server.Raw(
            $"POST /v1/keys HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAuthorization: Bearer {server.Token}\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{{");
        Assert.True(status is 408 or 0, answer);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2;\n{}\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")]
    [InlineData("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n{}")]
    public async Task A_request_whose_end_is_ambiguous_is_refused(string rest)
    {
        await using var server = await RunningServer.Start();
        var (status, answer) = await server.Raw(
            $"POST /v1/keys HTTP/1.1\r\nHost: localhost:{server.Port}\r\nAuthorization: Bearer {server.Token}\r\nContent-Type: application/json\r\nConnection: close\r\n{rest}");
        Assert.True(status is 400 or 411 or 501, answer);
        Assert.DoesNotContain("\"status\":\"ok\"", answer, StringComparison.Ordinal);
    }
}
