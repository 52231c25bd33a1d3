namespace Wigwag.Security.Access;

public sealed class HostAndOriginTests(HostAndOriginTests.Fixture fixture) : IClassFixture<HostAndOriginTests.Fixture>
{
    public sealed class Fixture : IAsyncLifetime
    {
        public RunningServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await RunningServer.Start(options => options with
        {
            AllowedHosts = ["wigwag.example.org", "wigwag.example.org:8443"],
            AllowedOrigins = ["https://wigwag.example.org"],
        });

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private const string OurHost = "Host: localhost:{port}\n";

    // Headers as they are sent, and whether the request comes through to authentication.
    public static TheoryData<string, bool> Headers => new()
    {
        { "Host: localhost:{port}", true },
        { "Host: LOCALHOST:{port}", true },
        { "Host: 127.0.0.1:{port}", true },
        { "Host: [::1]:{port}", true },
        { "Host: wigwag.example.org", true },
        { "Host: wigwag.example.org:8443", true },
        { "Host: localhost", false },
        { "Host: localhost:80", false },
        { "Host: localhost:1", false },
        { "Host: localhost.:{port}", false },
        { "Host: localhost:{port}.evil.example", false },
        { "Host: localhost.evil.example:{port}", false },
        { "Host: evil.example:{port}", false },
        { "Host: evil.example", false },
        { "Host: 127.0.0.1", false },
        { "Host: 127.0.0.2:{port}", false },
        { "Host: 127.1:{port}", false },
        { "Host: 2130706433:{port}", false },
        { "Host: 0x7f000001:{port}", false },
        { "Host: 0.0.0.0:{port}", false },
        { "Host: [::]:{port}", false },
        { "Host: [0:0:0:0:0:0:0:1]:{port}", false },
        { "Host: [::ffff:127.0.0.1]:{port}", false },
        { "Host: ::1:{port}", false },
        { "Host: wigwag.example.org:{port}", false },
        { "Host: wigwag.example.org.", false },
        { "Host: sub.wigwag.example.org", false },
        { "Host: user@localhost:{port}", false },
        { "Host: localhost:{port}, evil.example", false },
        { "Host: localhost:{port}\nHost: evil.example", false },
        { "Host: evil.example\nHost: localhost:{port}", false },
        { "Host:", false },
        { "", false },
        { "Host: evil.example\nX-Forwarded-Host: localhost:{port}", false },
        { "Host: evil.example\nForwarded: host=localhost:{port}", false },
        { "Host: evil.example\nX-Original-Host: localhost:{port}", false },
        { OurHost + "X-Forwarded-Host: evil.example", true },
        { OurHost + "Origin: http://localhost:{port}", true },
        { OurHost + "Origin: http://127.0.0.1:{port}", true },
        { OurHost + "Origin: http://[::1]:{port}", true },
        { OurHost + "Origin: https://wigwag.example.org", true },
        { OurHost + "Origin: null", false },
        { OurHost + "Origin:", false },
        { OurHost + "Origin: http://localhost", false },
        { OurHost + "Origin: http://localhost:3000", false },
        { OurHost + "Origin: https://localhost:{port}", false },
        { OurHost + "Origin: http://localhost:{port}.evil.example", false },
        { OurHost + "Origin: http://localhost:{port}@evil.example", false },
        { OurHost + "Origin: http://evil.example", false },
        { OurHost + "Origin: https://evil.example:{port}", false },
        { OurHost + "Origin: http://wigwag.example.org", false },
        { OurHost + "Origin: https://wigwag.example.org.evil.example", false },
        { OurHost + "Origin: file://", false },
        { OurHost + "Origin: chrome-extension://abcdef", false },
        { OurHost + "Origin: http://localhost:{port}\nOrigin: http://evil.example", false },
        { OurHost + "Sec-Fetch-Site: cross-site", false },
        { OurHost + "Sec-Fetch-Site: same-site", false },
        { OurHost + "Sec-Fetch-Site: same-origin", true },
        { OurHost + "Sec-Fetch-Site: none", true },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Only_requests_to_a_name_of_its_own_from_a_page_of_its_own_reach_authentication(string headers, bool comesThrough)
    {
        var lines = headers.Replace("{port}", $"{fixture.Server.Port}", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (status, answer) = await fixture.Server.Raw($"GET /v1/keys HTTP/1.1\r\n{string.Concat(lines.Select(line => line + "\r\n"))}Connection: close\r\n\r\n");
        Assert.True(comesThrough ? status == 401 : status is 400 or 403, answer);
    }

    [Fact]
    public async Task No_route_answers_a_request_that_is_not_meant_for_it_even_with_a_valid_key()
    {
        var hostile = Headers.Where(row => !row.Data.Item2).Select(row => row.Data.Item1).ToArray();
        var combinations = Routes.All.SelectMany(_ => hostile, (route, headers) => (route, headers)).ToArray();
        await Parallel.ForEachAsync(combinations, TestContext.Current.CancellationToken, async (combination, _) =>
        {
            var ((method, path), headers) = combination;
            var lines = headers.Replace("{port}", $"{fixture.Server.Port}", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var (status, answer) = await fixture.Server.Raw(
                $"{method} {path} HTTP/1.1\r\n{string.Concat(lines.Select(line => line + "\r\n"))}Authorization: Bearer {fixture.Server.Token}\r\nConnection: close\r\n\r\n");
            Assert.True(status is 400 or 403, $"{method} {path} with {headers}: {answer}");
            Assert.True(status == 400 || method == "HEAD" || answer.Contains("not_allowed", StringComparison.Ordinal), $"{method} {path} with {headers}: {answer}");
        });
        Scale.Tell("Host and Origin:", $"{hostile.Length} headers on {Routes.All.Count} routes, {combinations.Length} requests with a valid key, 0 let through");
    }

    [Theory]
    [InlineData("Host: localhost", 200)]
    [InlineData("Host: wigwag", 200)]
    [InlineData("Host: wigwag.example.org", 200)]
    [InlineData("Host: evil.example", 403)]
    [InlineData("Host: localhost\r\nOrigin: http://localhost", 403)]
    [InlineData("Host: localhost\r\nOrigin: null", 403)]
    public async Task On_the_unix_socket_clients_say_localhost_or_wigwag(string headers, int expected)
    {
        var (status, answer) = await fixture.Server.Raw($"GET /v1/keys HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n", overSocket: true);
        Assert.True(status == expected, answer);
    }

    [Fact]
    public async Task No_answer_allows_another_origin()
    {
        var (status, answer) = await fixture.Server.Raw(
            $"OPTIONS /v1/keys HTTP/1.1\r\nHost: localhost:{fixture.Server.Port}\r\nOrigin: https://wigwag.example.org\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
        Assert.Equal(401, status);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
    }
}
