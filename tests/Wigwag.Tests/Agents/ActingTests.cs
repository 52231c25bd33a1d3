using System.Net;
using Wigwag.Tests.Server;

namespace Wigwag.Tests.Agents;

/// <summary>How a command line becomes an agent: by the workspace it runs in, or by the name it is given.</summary>
public sealed class ActingTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static (string, string) Standing(string fingerprint) => ("Wigwag-Workspace", $"host=box;path=%2Fsrc%2Fdave%2Fvc;fingerprint={fingerprint}");

    private static object Facts(string fingerprint, string? agent = null) => agent is null
        ? new { project = World.Vc, host = "box", path = "/src/dave/vc", workspace = "dave", fingerprint }
        : new { agent, project = World.Vc, host = "box", path = "/src/dave/vc", workspace = "dave", fingerprint };

    private static async Task<string?> Agent(HttpClient client) => (await RunningServer.Ok(await client.Get("/v1/status")))["agent"]?.GetValue<string>();

    [Fact]
    public async Task A_workspace_registers_once_and_again_when_its_repository_changed()
    {
        using var before = _server.Client(_server.Token, Standing("f1"));
        await RunningServer.Refused(await before.Get("/v1/status"), HttpStatusCode.Conflict, "workspace_unregistered");
        await RunningServer.Ok(await before.Post("/v1/agents", Facts("f1")));
        Assert.Equal("dave/vc", await Agent(before));

        using var after = _server.Client(_server.Token, Standing("f2"));
        await RunningServer.Refused(await after.Get("/v1/status"), HttpStatusCode.Conflict, "workspace_unregistered");
        await RunningServer.Ok(await after.Post("/v1/agents", Facts("f2")));
        Assert.Equal("dave/vc", await Agent(after));
    }

    [Fact]
    public async Task A_name_alone_means_the_agent_in_the_project_of_the_workspace()
    {
        using var plain = _server.Client(_server.Token, Standing("f1"));
        await RunningServer.Ok(await plain.Post("/v1/agents", Facts("f1")));
        using var named = _server.Client(_server.Token, Standing("f1"), ("Wigwag-Agent", "Agent-UI-1"));

        await RunningServer.Refused(await named.Get("/v1/status"), HttpStatusCode.NotFound, "unknown_agent");
        await RunningServer.Ok(await named.Post("/v1/agents", Facts("f1", "Agent-UI-1")));

        Assert.Equal(("agent-ui-1/vc", "dave/vc"), (await Agent(named), await Agent(plain)));
    }

    [Fact]
    public async Task A_name_alone_in_a_workspace_that_nobody_registered_is_unknown_and_can_be_registered()
    {
        using var named = _server.Client(_server.Token, Standing("f1"), ("Wigwag-Agent", "agent-ui-1"));

        await RunningServer.Refused(await named.Get("/v1/status"), HttpStatusCode.NotFound, "unknown_agent");
        await RunningServer.Ok(await named.Post("/v1/agents", Facts("f1", "agent-ui-1")));

        Assert.Equal("agent-ui-1/vc", await Agent(named));
    }

    [Fact]
    public async Task A_guest_of_a_workspace_does_not_become_its_agent()
    {
        using var named = _server.Client(_server.Token, Standing("f1"), ("Wigwag-Agent", "agent-ui-1"));
        await RunningServer.Ok(await named.Post(
            "/v1/agents", new { agent = "agent-ui-1", guest = true, project = World.Vc, host = "box", path = "/src/dave/vc", workspace = "dave", fingerprint = "f1" }));
        using var plain = _server.Client(_server.Token, Standing("f1"));

        await RunningServer.Refused(await plain.Get("/v1/status"), HttpStatusCode.Conflict, "workspace_unregistered");
        await RunningServer.Ok(await plain.Post("/v1/agents", Facts("f1")));

        Assert.Equal(("agent-ui-1/vc", "dave/vc"), (await Agent(named), await Agent(plain)));
    }

    [Theory]
    [InlineData("agent ui")]
    [InlineData("../vc")]
    [InlineData("a/b/c")]
    public async Task What_is_no_name_is_refused(string name)
    {
        using var named = _server.Client(_server.Token, Standing("f1"), ("Wigwag-Agent", name));

        await RunningServer.Refused(await named.Get("/v1/status"), HttpStatusCode.BadRequest, "bad_agent_id");
    }

    [Fact]
    public async Task A_name_alone_from_nowhere_is_refused()
    {
        using var named = _server.Client(_server.Token, ("Wigwag-Agent", "dave"));

        await RunningServer.Refused(await named.Get("/v1/status"), HttpStatusCode.BadRequest, "bad_agent_id");
    }
}
