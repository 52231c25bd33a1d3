using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Security.Mcp;

namespace Wigwag.Security.Access;

/// <summary>What is no operation, and the headers that say who asks: against what another project holds, as <see cref="ReachTests"/>.</summary>
public sealed class ReachRoutesTests(ReachWorld world) : IClassFixture<ReachWorld>
{
    /// <summary>One way to name a thing of theirs.</summary>
    /// <param name="Route">As <see cref="Routes.Others"/> has it, or a header.</param>
    /// <param name="Kind">What is named.</param>
    /// <param name="Request">The request that names it.</param>
    private sealed record Way(string Route, string Kind, Func<string, HttpRequestMessage> Request);

    // What takes nothing that could name something.
    private static readonly HashSet<string> NameNothing =
    [
        "GET /mcp", "DELETE /mcp", "GET /openapi.json", "GET /metrics", "GET /healthz", "HEAD /healthz", "GET /readyz", "GET /api/health", "GET /api/reservations",
    ];

    private static IEnumerable<Way> Ways(Holdings own) =>
    [
        new("GET /v1/events", "project", it => Get("/v1/events?project=" + Uri.EscapeDataString(it))),
        new("GET /v1/events", "name", it => Get("/v1/events?project=" + it)),
        new("GET /v1/messages/m-0000000000/attachments/x", "message", it => Get($"/v1/messages/{it}/attachments/file.txt")),
        new("GET /v1/messages/m-0000000000/attachments/x", "message", it => Get($"/v1/messages/{it}/attachments/file.txt", HttpMethod.Head)),
        new("GET /v1/messages/m-0000000000/attachments/x", "message", it => Get($"/v1/messages/{it}/attachments/file.txt", null, ("If-None-Match", "*"))),
        new("GET /v1/messages/m-0000000000/attachments/x", "content", it => Get($"/v1/messages/{own["message"]}/attachments/file.txt", null, ("If-None-Match", $"\"{it}\""))),
        new("GET /v1/messages/m-0000000000/attachments/x", "content", it => Get($"/v1/messages/{own["message"]}/attachments/{it}")),
        new("PUT /v1/attachments", "agent", it => new(HttpMethod.Put, "/v1/attachments") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(ReachWorld.Content + it)) }),
        new("POST /v1/hooks/claude/stop", "place", it => Post("/v1/hooks/claude-code/PreToolUse", Hook(it, $"{it}/src/a.txt"))),
        new("POST /v1/hooks/claude/stop", "place", it => Post("/v1/hooks/claude-code/PostToolUse", Hook(own["place"], $"{it}/src/a.txt"))),
        new("POST /v1/hooks/claude/stop", "place", it => Post("/v1/hooks/claude-code/SessionStart", Hook(it, it))),
        new("POST /v1/backup", "place", it => Post("/v1/backup", new() { ["file"] = it })),
        new("POST /mcp", "project", it => McpCalls.Request(McpCalls.Message("resources/read", new() { ["uri"] = "wigwag://inbox/" + it }), ("Mcp-Name", "wigwag://inbox/" + it))),
        new("POST /mcp", "name", it => McpCalls.Request(McpCalls.Message("resources/read", new() { ["uri"] = "wigwag://agents/" + it }), ("Mcp-Name", "wigwag://agents/" + it))),
        new("POST /mcp", "issue", it => McpCalls.Request(McpCalls.Message("resources/read", new() { ["uri"] = "wigwag://issue/" + it }), ("Mcp-Name", "wigwag://issue/" + it))),
        new("POST /mcp", "thread", it => McpCalls.Request(McpCalls.Message("resources/read", new() { ["uri"] = "wigwag://thread/" + it }), ("Mcp-Name", "wigwag://thread/" + it))),
        new("POST /mcp", "name", it => McpCalls.Request(McpCalls.Message("completion/complete", Completion("triage", "project", it)))),
        new("POST /mcp", "issue", it => McpCalls.Request(McpCalls.Message("completion/complete", Completion("handoff", "issue", it)))),
        new("POST /mcp", "agent", it => McpCalls.Request(McpCalls.Message("completion/complete", Completion("handoff", "to", it)))),
        new("POST /mcp", "project", it => McpCalls.Request(McpCalls.Message("prompts/get", new() { ["name"] = "triage", ["arguments"] = new JsonObject { ["project"] = it } }))),
        new("POST /mcp", "message", it => McpCalls.Request(McpCalls.Tool("read_message", new() { ["message_id"] = it }))),
        new("POST /api/reservations", "agent", it => Post("/api/reservations", new() { ["file_path"] = ".beads/issues/x", ["agent_name"] = it })),
        new("POST /api/reservations", "name", it => Post("/api/reservations", new() { ["file_path"] = ".beads/issues/y", ["agent_name"] = own["agent"], ["project"] = it })),
        new("DELETE /api/reservations/dave/vc-1", "agent", it => Get($"/api/reservations/{Uri.EscapeDataString(it)}/vc-1", HttpMethod.Delete)),
        new("DELETE /api/reservations/dave/vc-1", "issue", it => Get($"/api/reservations/{Uri.EscapeDataString(own["agent"])}/{it}", HttpMethod.Delete)),
        new("POST /api/notifications", "agent", it => Post("/api/notifications", new() { ["event_type"] = "x", ["from_agent"] = it })),
        new("POST /api/notifications", "project", it => Post("/api/notifications", new() { ["event_type"] = "x", ["from_agent"] = own["agent"], ["project"] = it })),
        new("GET /api/notifications/dave", "agent", it => Get("/api/notifications/" + Uri.EscapeDataString(it))),
        new("Wigwag-Agent", "agent", it => Get("/v1/status", null, ("Wigwag-Agent", it))),
        new("Wigwag-Agent", "agent", it => Get("/v1/status", null, ("Wigwag-Agent", it.Split('/')[0]), ("Wigwag-Workspace", "host=box;path=%2Fsrc%2F" + Uri.EscapeDataString(it) + ";fingerprint=f1"))),
        new("Wigwag-Workspace", "place", it => Get("/v1/status", null, ("Wigwag-Workspace", $"host=box;path={Uri.EscapeDataString(it)};fingerprint=f1"))),
        new("Wigwag-Workspace", "place", it => Get("/v1/status", null, ("Wigwag-Workspace", $"host=box;path={Uri.EscapeDataString(it)};fingerprint=f1;proof={new string('a', 64)}"))),
    ];

    [Fact]
    public void Every_route_that_takes_a_name_is_tried()
    {
        var tried = Ways(world.Theirs).Select(way => way.Route).ToHashSet();
        Assert.DoesNotContain(Routes.Others.Select(route => $"{route.Method} {route.Path}"), route => !tried.Contains(route) && !NameNothing.Contains(route));
    }

    [Fact]
    public async Task A_key_of_one_project_does_nothing_and_learns_nothing_in_another_by_any_other_route()
    {
        var (own, intruders) = await world.Intrude();
        var before = await world.State();
        foreach (var way in Ways(own))
        {
            var (real, phantom) = (world.Theirs[way.Kind], ReachWorld.PhantomOf(way.Kind, world.Theirs[way.Kind]));
            foreach (var intruder in intruders)
            {
                var there = await Ask(intruder.Client, way.Request(real));
                var nowhere = await Ask(intruder.Client, way.Request(phantom));
                var what = $"{way.Route} by {intruder.Name} with {real}: {(int)there.Status} {there.Body}\nand with {phantom}: {(int)nowhere.Status} {nowhere.Body}";
                Assert.True(there.Status < HttpStatusCode.InternalServerError, what);
                // What was granted was granted to one's own agent, at another moment; MCP refuses within what HTTP grants.
                var isGranted = (int)there.Status < 300 && way.Route != "POST /mcp";
                Assert.True(there.Status == nowhere.Status && (isGranted || world.AsPhantom(way.Kind, there.Body) == nowhere.Body), $"It tells what exists: {what}");
                Assert.True(world.Told(there.Body) is null, $"It tells of {world.Told(there.Body)}: {what}");
            }
            Assert.True(before == await world.State(), $"{way.Route} with {way.Kind} changes something of theirs.");
        }
        intruders.ForEach(intruder => intruder.Dispose());
    }

    [Fact]
    public async Task Whoever_has_the_bytes_uploads_them_and_learns_no_more_than_that()
    {
        var (own, intruders) = await world.Intrude();
        using var agent = intruders.Single(intruder => intruder.Role == Role.Agent);
        var theirs = world.Theirs["content"];
        object Message() => new { to = own["name"], subject = "x", attachments = new[] { new { name = "x.txt", content_id = theirs } } };
        await RunningServer.Refused(await agent.Client.Post("/v1/projects/-/messages", Message()), HttpStatusCode.NotFound, "unknown_attachment");
        using var bytes = new ByteArrayContent(Encoding.UTF8.GetBytes(ReachWorld.Content + world.Theirs["agent"]));
        await RunningServer.Ok(await agent.Client.PutAsync("/v1/attachments", bytes, TestContext.Current.CancellationToken));
        await RunningServer.Ok(await agent.Client.Post("/v1/projects/-/messages", Message()));
        // What one key uploaded is not there for another of the same project until a message carries it; then it is.
        await RunningServer.Ok(await intruders.Single(intruder => intruder.Role == Role.Operator).Client.Post("/v1/projects/-/messages", Message()));
        intruders.ForEach(intruder => intruder.Dispose());
    }

    private async Task<(HttpStatusCode Status, string Body)> Ask(HttpClient client, HttpRequestMessage request)
    {
        world.Count();
        foreach (var header in request.Headers.Where(header => header.Key.StartsWith("Wigwag-", StringComparison.Ordinal)).ToList())
        {
            // Instead of the one that the client sends with all.
            client = world.Server.Client(client.DefaultRequestHeaders.Authorization!.Parameter);
        }
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode && request.RequestUri!.OriginalString.StartsWith("/v1/events", StringComparison.Ordinal) ? "a stream" : await response.Text());
    }

    private static JsonObject Hook(string folder, string file) =>
        new() { ["session_id"] = "s", ["cwd"] = folder, ["tool_name"] = "Write", ["tool_input"] = new JsonObject { ["file_path"] = file } };

    private static JsonObject Completion(string prompt, string argument, string typed) => new()
    {
        ["ref"] = new JsonObject { ["type"] = "ref/prompt", ["name"] = prompt },
        ["argument"] = new JsonObject { ["name"] = argument, ["value"] = typed },
    };

    private static HttpRequestMessage Get(string path, HttpMethod? method = null, params ReadOnlySpan<(string, string)> headers)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    private static HttpRequestMessage Post(string path, JsonObject body) => new(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
}
