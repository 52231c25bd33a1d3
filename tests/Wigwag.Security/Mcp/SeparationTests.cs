using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Wigwag.Security.Mcp;

/// <summary>What one client asks is answered to it alone, whatever ids, sessions and headers others use.</summary>
public sealed class SeparationTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 1_000_000, RequestBurst = 1_000_000 } });
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<HttpClient> Agent(string agent)
    {
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent, project = "github.com/o/vc" }));
        return _server.Client((await _server.Key(new { name = agent, role = "agent", agent })).Token);
    }

    [Fact]
    public async Task Two_hundred_clients_with_equal_ids_are_each_answered_for_themselves()
    {
        const int Clients = 200;
        var rounds = Scale.Of(10, 500);
        var crossed = 0;
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(index => Agent($"w{index}/vc")));
        await Task.WhenAll(clients.Select((client, index) => Task.Run(async () =>
        {
            // Half of them in a session of their own, half in none; each asks who it is under the same ids as all others.
            var session = index % 2 == 0 ? null : await client.Open();
            for (var round = 0; round < rounds; round++)
            {
                var message = McpCalls.Tool("show_agent", [], id: round);
                using var request = session is null
                    ? McpCalls.Request(message)
                    : McpCalls.Request(message, ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-06-18"), ("Mcp-Method", null), ("Mcp-Name", null));
                if (session is not null)
                {
                    message["params"]!.AsObject().Remove("_meta");
                    request.Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
                }
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                var answer = await response.Answer();
                Assert.True(answer.TryGetProperty("result", out var result), $"{answer}");
                Assert.Equal(round, answer.GetProperty("id").GetInt32());
                if (!result.GetRawText().Contains($"w{index}/vc", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref crossed);
                }
            }
        })));
        Array.ForEach(clients, client => client.Dispose());
        Assert.Equal(0, crossed);
        Scale.Tell("Crossing:", $"{Clients} clients with equal ids, half of them in sessions, {Clients * rounds} answers: {crossed} crossed");
    }

    [Fact]
    public async Task A_session_is_found_by_who_opened_it_and_nobody_else()
    {
        using var dave = await Agent("dave/vc");
        using var eve = await Agent("eve/vc");
        using var reader = _server.Client((await _server.Key(new { name = "screen", role = "reader" })).Token);
        var session = await dave.Open();
        var list = """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""";
        var tried = 0;
        foreach (var stranger in new[] { eve, reader, _server.Http })
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Get, HttpMethod.Delete })
            {
                Assert.Equal(HttpStatusCode.NotFound, await Ask(stranger, method, session));
                tried++;
            }
        }
        foreach (var guess in new[] { session[..^1], session + "A", session.ToLowerInvariant() + "_", "0", "default", "null", "dave/vc", $"{session},{session}" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await Ask(dave, HttpMethod.Post, guess));
            tried++;
        }
        Assert.Equal(HttpStatusCode.BadRequest, await Ask(dave, HttpMethod.Post, null));
        Assert.Equal(HttpStatusCode.OK, await Ask(dave, HttpMethod.Post, session));
        Scale.Tell("Sessions:", $"{tried} requests with another's session or a guessed one: 0 found it");

        async Task<HttpStatusCode> Ask(HttpClient client, HttpMethod method, string? name)
        {
            using var request = McpCalls.Request(list, ("Mcp-Session-Id", name), ("MCP-Protocol-Version", "2025-06-18"));
            request.Method = method;
            request.Content = method == HttpMethod.Post ? request.Content : null;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Headers_that_say_something_else_than_the_body_are_refused()
    {
        using var dave = await Agent("dave/vc");
        var random = new Random(Scale.Seed);
        var tries = Scale.Of(500, 20_000);
        string[] methods = ["tools/call", "tools/list", "prompts/get", "resources/read", "server/discover", "", "Tools/Call", "tools\\/call", "initialize", "ping"];
        string[] names = ["show_agent", "send_message", "close_issue", "", "show_agent,send_message", "SHOW_AGENT", "=?base64?c2VuZF9tZXNzYWdl?=", "=?base64?!!!?=", "=?base64??=", "%73how_agent", "show_agent;x"];
        var before = (await RunningServer.Ok(await dave.Get("/v1/sent"))).ToJsonString();
        for (var i = 0; i < tries; i++)
        {
            var (said, did) = (methods[random.Next(methods.Length)], random.Next(3) == 0 ? methods[random.Next(methods.Length)] : "tools/call");
            var (named, called) = (names[random.Next(names.Length)], names[random.Next(names.Length)]);
            var version = random.Next(4) switch { 0 => "2025-06-18", 1 => "9999-01-01", 2 => "", _ => McpCalls.Revision };
            var doubled = random.Next(8) == 0;
            if (!doubled && said == did && version == McpCalls.Revision && (Decoded(named) == called || did is not ("tools/call" or "prompts/get" or "resources/read")))
            {
                // They agree.
                continue;
            }
            var message = McpCalls.Message(did, new JsonObject { ["name"] = called, ["uri"] = called, ["arguments"] = new JsonObject { ["to"] = "dave/vc", ["subject"] = "forged" } });
            var body = message.ToJsonString();
            if (doubled)
            {
                // Of two readers of one body one takes the first name and the other the last.
                body = body.Replace("\"params\":{", "\"params\":{\"name\":\"send_message\",", StringComparison.Ordinal);
                (said, version) = (did, McpCalls.Revision);
            }
            using var response = await dave.SendAsync(
                McpCalls.Request(body, ("MCP-Protocol-Version", version), ("Mcp-Method", said), ("Mcp-Name", doubled ? called : named)), TestContext.Current.CancellationToken);
            var answer = await response.Text();
            Assert.True(
                response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound,
                $"{version} {said} {named} over {body}: {(int)response.StatusCode} {answer}");
        }
        Assert.Equal(before, (await RunningServer.Ok(await dave.Get("/v1/sent"))).ToJsonString());
        Scale.Tell("Header confusion:", $"{tries} requests whose headers and body differ: 0 done");
    }

    /// <summary>What a header says that may carry its text as base64; null for what says nothing.</summary>
    private static string? Decoded(string header)
    {
        if (!header.StartsWith("=?base64?", StringComparison.Ordinal) || !header.EndsWith("?=", StringComparison.Ordinal))
        {
            return header.Length > 0 ? header : null;
        }
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(header["=?base64?".Length..^2]));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
