using System.Net;
using System.Text.Json.Nodes;

namespace Wigwag.Tests.Server;

/// <summary>The addresses that beads' own client calls, in the shapes that it sends and reads.</summary>
public sealed class BeadsTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _dave = null!;
    private HttpClient _fred = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start();
        _dave = await Agent("dave");
        _fred = await Agent("fred");
    }

    public async ValueTask DisposeAsync()
    {
        _dave.Dispose();
        _fred.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Its_health_check_needs_no_key()
    {
        using var nobody = _server.Client(null);
        Assert.Equal("ok", (string?)(await RunningServer.Ok(await nobody.Get("/api/health")))["status"]);
    }

    [Fact]
    public async Task A_reserved_issue_is_409_to_the_next_and_free_after_the_release()
    {
        var reserved = await Reserve(_dave, "assistant-alpha");
        Assert.Equal(HttpStatusCode.Created, reserved.StatusCode);
        Assert.True((bool)(await reserved.Json())["reserved"]!);
        var conflict = await Reserve(_fred, "assistant-beta");
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        var error = await conflict.Json();
        Assert.Contains("held by dave/vc", (string?)error["error"], StringComparison.Ordinal);
        Assert.Equal("dave/vc", (string?)error["holder"]);
        var listed = (await RunningServer.Ok(await _fred.Get("/api/reservations")))["reservations"]!.AsArray();
        Assert.Equal(("bd-123", "dave/vc"), ((string?)listed[0]!["issue_id"], (string?)listed[0]!["agent"]));
        Assert.Equal(HttpStatusCode.NoContent, (await _dave.Delete("/api/reservations/assistant-alpha/bd-123")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _dave.Delete("/api/reservations/assistant-alpha/bd-123")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await Reserve(_fred, "assistant-beta")).StatusCode);
    }

    [Fact]
    public async Task An_agents_key_speaks_for_its_agent_whatever_name_is_sent()
    {
        Assert.Equal("dave/vc", (string?)(await (await Reserve(_dave, "fred/vc")).Json())["agent"]);
        Assert.Equal(HttpStatusCode.NotFound, (await Reserve(_server.Http, "nobody/vc")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await Reserve(_server.Http, "fred/vc")).StatusCode); // an administrator may name one
        using var nobody = _server.Client(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Reserve(nobody, "dave/vc")).StatusCode);
    }

    [Fact]
    public async Task A_notice_reaches_the_others()
    {
        var sent = await _dave.Post("/api/notifications", new { from_agent = "assistant-alpha", event_type = "status_changed", payload = new { issue_id = "bd-123", status = "in_progress" } });
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        var messages = (await RunningServer.Ok(await _fred.Get("/api/notifications/assistant-beta")))["messages"]!.AsArray();
        Assert.Equal(("dave/vc", "status_changed"), ((string?)messages[0]!["from"], (string?)messages[0]!["event"]));
    }

    [Fact]
    public async Task What_is_no_reservation_is_refused_in_the_same_form()
    {
        var answer = await _dave.Post("/api/reservations", new { file_path = "../secret" });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("bad_scope", (string?)(await answer.Json())["code"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await _dave.Post("/api/reservations", new StringContent("{", null, "application/json"))).StatusCode);
    }

    private static Task<HttpResponseMessage> Reserve(HttpClient client, string name) =>
        client.Post("/api/reservations", new { file_path = ".beads/issues/bd-123", agent_name = name, ttl = 3600 });

    private async Task<HttpClient> Agent(string name)
    {
        var registered = await RunningServer.Ok(await _server.Http.Post("/v1/agents", new JsonObject
        {
            ["project"] = "https://github.com/steveyegge/vc",
            ["host"] = "laptop",
            ["path"] = $"/src/{name}/vc",
            ["workspace"] = name,
            ["fingerprint"] = "f1",
            ["operator_name"] = "Ann Lee",
            ["operator_email"] = "ann@example.org",
        }));
        var key = await _server.Key(new { name, role = "agent", agent = (string)registered["agent"]!, projects = new[] { (string)registered["project"]! } });
        return _server.Client(key.Token);
    }
}
