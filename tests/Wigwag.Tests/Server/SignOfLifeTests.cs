using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Server;

/// <summary>Whatever an agent asks, on every face and whether it is answered or refused, says that its session is there.</summary>
public sealed class SignOfLifeTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private int _agents;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string, string> Calls
    {
        get
        {
            var calls = new TheoryData<string, string>();
            foreach (var operation in Catalog.Operations.Where(operation => operation.IsSignOfLife))
            {
                calls.Add("http", operation.Name);
                calls.Add("tool", operation.Name);
            }
            foreach (var method in (string[])["resources/list", "resources/templates/list", "tools/list", "prompts/list", "server/discover"])
            {
                calls.Add("mcp", method);
            }
            calls.Add("resource", "wigwag://inbox/vc");
            calls.Add("resource", "wigwag://nothing");
            foreach (var path in (string[])["GET /v1/events", "GET /mcp", "DELETE /mcp", "POST /mcp", "PUT /v1/attachments", "GET /v1/messages/m-0000000000/attachments/x", "GET /api/reservations", "GET /v1/no/such"])
            {
                calls.Add("route", path);
            }
            return calls;
        }
    }

    [Fact]
    public async Task Every_call_is_a_sign()
    {
        var silent = new List<string>();
        foreach (var (kind, name) in Calls.Select(row => (row.Data.Item1, row.Data.Item2)).Where(call => call.Item2 is not ("GET /v1/no/such" or "GET /mcp" or "DELETE /mcp")))
        {
            var agent = await Agent();
            var session = $"mcp:{kind}-{_agents}";
            using var client = _server.Client(_server.Token, ("Wigwag-Agent", agent), ("Wigwag-Session", session));
            using var call = await Ask(client, kind, name);
            if (!await Heard(agent, session))
            {
                silent.Add($"{kind} {name} ({(int)call.StatusCode})");
            }
        }
        Assert.Empty(silent);
    }

    [Fact]
    public async Task The_moments_of_a_client_that_calls_hooks_are_signs_of_its_session()
    {
        var agent = await Agent();
        using var client = _server.Client(_server.Token, ("Wigwag-Agent", agent));
        foreach (var moment in (string[])["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"])
        {
            await RunningServer.Ok(await client.Post($"/v1/hooks/claude-code/{moment}", new JsonObject { ["session_id"] = $"s-{moment}", ["tool_name"] = "Read", ["tool_input"] = new JsonObject() }));
            Assert.True(await Heard(agent, $"hook:s-{moment}"), moment);
        }
        Assert.DoesNotContain("http:", await Sessions(agent), StringComparison.Ordinal);
        await RunningServer.Ok(await client.Post("/v1/hooks/claude-code/SessionEnd", new JsonObject { ["session_id"] = "s-Stop" }));
        Assert.DoesNotContain("hook:s-Stop", await Sessions(agent), StringComparison.Ordinal);
        await RunningServer.Ok(await client.Post("/v1/hooks/claude-code/SessionEnd", new JsonObject { ["session_id"] = "s-Stop" }));
        Assert.Contains("hook:s-SessionStart", await Sessions(agent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_goodbye_by_a_tool_is_not_taken_back_by_the_request_that_brought_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var agent = await Agent();
            using var client = _server.Client(_server.Token, ("Wigwag-Agent", agent));
            using var call = await Mcp(client, "tools/call", "goodbye", new JsonObject { ["name"] = "goodbye", ["arguments"] = new JsonObject { ["all"] = true } });
            Assert.Contains("offline", await call.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
            // Commands are written in their order: with these, whatever was noted is written too.
            await Agent();
            await Agent();
            Assert.Equal("[]", await Sessions(agent));
        }
    }

    [Fact]
    public async Task A_session_that_is_none_is_refused_with_what_one_looks_like()
    {
        using var client = _server.Client(_server.Token, ("Wigwag-Session", "run 1"));
        var problem = await RunningServer.Refused(await client.Get("/v1/agents"), HttpStatusCode.BadRequest, "bad_session");
        Assert.Contains("mcp, hook, shell", problem["next"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> Ask(HttpClient client, string kind, string name)
    {
        switch (kind)
        {
            case "http":
                var (method, path) = Filled(Catalog.Operations.Single(operation => operation.Name == name).Http);
                return await client.Send(method, path, method == HttpMethod.Get ? null : new StringContent("{", Encoding.UTF8, "application/json"));
            case "route":
                return await client.Send(new HttpMethod(name.Split(' ')[0]), name.Split(' ')[1], name.StartsWith('G') ? null : new StringContent("{", Encoding.UTF8, "application/json"));
            case "tool":
                return await Mcp(client, "tools/call", name, new JsonObject { ["name"] = name, ["arguments"] = new JsonObject() });
            case "resource":
                return await Mcp(client, "resources/read", name, new JsonObject { ["uri"] = name });
            default:
                return await Mcp(client, name, null, []);
        }
    }

    private static async Task<HttpResponseMessage> Mcp(HttpClient client, string method, string? name, JsonObject parameters)
    {
        parameters["_meta"] = new JsonObject
        {
            ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
            ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
        };
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters };
        var request = new HttpRequestMessage(HttpMethod.Post, "/mcp?toolsets=all") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        request.Headers.Add("Mcp-Method", method);
        if (name is not null)
        {
            request.Headers.Add("Mcp-Name", name);
        }
        // A tool that waits is left as soon as it began.
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    private static (HttpMethod, string) Filled(string http) =>
        (new HttpMethod(http.Split(' ')[0]), http.Split(' ')[1].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal) + "?timeout=0");

    private async Task<string> Agent()
    {
        var agent = $"a{++_agents}/vc";
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent, project = "git@github.com:steveyegge/vc.git" }));
        return agent;
    }

    private async Task<string> Sessions(string agent) =>
        (await RunningServer.Ok(await _server.Http.Get($"/v1/agents/{Uri.EscapeDataString(agent)}")))["sessions"]!.ToJsonString();

    private async Task<bool> Heard(string agent, string session)
    {
        var limit = DateTime.UtcNow.AddSeconds(10);
        while (DateTime.UtcNow < limit)
        {
            if ((await Sessions(agent)).Contains($"\"{session}\"", StringComparison.Ordinal))
            {
                return true;
            }
            await Task.Yield();
        }
        return false;
    }
}
