using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Agents;

public sealed class RegistrationTests : IAsyncDisposable
{
    private readonly World _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_workspace_is_registered_with_its_project_and_operator()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/dave/vc", "dave") with { Program = "claude-code", Role = "ui" });

        Assert.Equal("dave/vc", agent.AgentId.Value);
        Assert.Equal("github.com/steveyegge/vc", agent.Project.Value);
        Assert.Equal("Ann Lee <ann@example.org>", agent.Operator);
        Assert.Equal(("claude-code", "ui", AgentStatus.Idle, Presence.Online), (agent.Program, agent.Role, agent.Status, agent.Presence));
        Assert.Equal(agent, await _world.Show(agent) with { Sessions = null, SessionCount = null, HeardAt = agent.HeardAt });
        Assert.Equal(["project.registered", "agent.registered"], await _world.Kinds());
    }

    [Fact]
    public async Task A_second_clone_that_would_collide_is_numbered_and_keeps_its_number()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var second = await _world.Register(World.Clone("https://user:pw@github.com/SteveYegge/vc/", "/work/vc"));
        var again = await _world.Register(World.Clone(World.Vc, "/work/vc"));
        var first = await _world.Register(World.Clone(World.Vc, "/src/vc"));

        Assert.Equal(("main-2/vc", "main-2/vc", "main/vc"), (second.AgentId.Value, again.AgentId.Value, first.AgentId.Value));
    }

    [Fact]
    public async Task Registering_again_updates_the_profile_and_keeps_what_is_not_said()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc") with { Program = "codex", Model = "m1", Session = "s1" });
        var again = await _world.Register(World.Clone(World.Vc, "/src/vc") with { Model = "m2", Session = "s2", Fingerprint = "f2" });
        var removed = await _world.Register(World.Clone(World.Vc, "/src/vc") with { Model = "" });

        Assert.Equal(("codex", "m2", "s2", "f2"), (again.Program, again.Model, again.Session, again.Fingerprint));
        Assert.Null(removed.Model);
    }

    [Fact]
    public async Task The_same_registration_again_states_no_new_fact()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        await _world.Register(World.Clone(World.Vc, "/src/vc"));

        Assert.Equal(["project.registered", "agent.registered"], await _world.Kinds());
    }

    [Fact]
    public async Task A_name_that_another_workspace_holds_is_refused_and_says_who_holds_it()
    {
        await _world.Register(World.Clone(World.Vc, "/src/dave/vc", "dave"));

        var error = await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/other/vc") with { Agent = "dave/vc", OperatorName = "Bo" });

        Assert.Equal("agent_taken", error.Code);
        Assert.Contains("belongs to another workspace", error.Message);
        Assert.StartsWith("Ann Lee", (string?)error.Details!["operator"]);
        Assert.Equal(("laptop", "/src/dave/vc"), ((string?)error.Details["host"], (string?)error.Details["path"]));
        Assert.Equal("2026-03-01T09:00:00.0000000+00:00", (string?)error.Details!["registered_at"]);
    }

    [Fact]
    public async Task The_name_of_a_workspace_that_is_gone_can_be_taken_over()
    {
        await _world.Register(World.Clone(World.Vc, "/old/vc"));
        var moved = World.Clone(World.Vc, "/new/vc") with { Agent = "main/vc", TakeOver = true };

        Assert.Equal("agent_taken", (await _world.Refused(RegisterAgent.Operation, moved)).Code);
        _world.Clock.Pass(TimeSpan.FromMinutes(2));
        var taken = await _world.Register(moved);
        var derived = await _world.Register(World.Clone(World.Vc, "/new/vc"));
        var former = await _world.Register(World.Clone(World.Vc, "/old/vc"));

        Assert.Equal(("main/vc", "/new/vc"), (taken.AgentId.Value, taken.Path));
        Assert.Equal("main/vc", derived.AgentId.Value);
        Assert.Equal("main-2/vc", former.AgentId.Value);
    }

    [Fact]
    public async Task One_workspace_may_hold_several_named_agents()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var ui = await _world.Register(World.Clone(World.Vc, "/src/vc") with { Agent = "agent-ui-1" });
        var graph = await _world.Register(World.Clone(World.Vc, "/src/vc") with { Agent = "agent-graph-1/vc" });
        var plain = await _world.Register(World.Clone(World.Vc, "/src/vc"));

        Assert.Equal(("agent-ui-1/vc", "agent-graph-1/vc", "main/vc"), (ui.AgentId.Value, graph.AgentId.Value, plain.AgentId.Value));
    }

    [Fact]
    public async Task A_workspace_speaks_as_the_first_agent_registered_from_it()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc") with { Agent = "dave/vc" });

        Assert.Equal("dave/vc", (await _world.Register(World.Clone(World.Vc, "/src/vc"))).AgentId.Value);
    }

    [Fact]
    public async Task When_the_remote_of_a_workspace_changes_it_gets_another_agent_and_the_first_when_it_changes_back()
    {
        await _world.Register(World.Clone(World.Vc, "/other/vc"));
        var first = await _world.Register(World.Clone(World.Vc, "/src/it"));
        var second = await _world.Register(World.Clone(World.Beads, "/src/it"));
        var back = await _world.Register(World.Clone(World.Vc, "/src/it"));

        Assert.Equal(("main-2/vc", "main/beads", "main-2/vc"), (first.AgentId.Value, second.AgentId.Value, back.AgentId.Value));
    }

    [Fact]
    public async Task Nobody_is_called_all()
    {
        var derived = await _world.Register(World.Clone(World.Vc, "/all/vc", "all"));
        var named = await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Agent = "all/vc" });

        Assert.Equal("all-2/vc", derived.AgentId.Value);
        Assert.Equal("reserved_name", named.Code);
    }

    [Fact]
    public async Task A_name_of_another_project_is_refused()
    {
        await _world.Register(World.Clone(World.Beads, "/src/beads"));

        Assert.Equal("agent_of_another_project", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Agent = "dave/beads" })).Code);
        Assert.Equal("bad_agent_id", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Agent = "../x" })).Code);
    }

    [Fact]
    public async Task An_agent_without_a_workspace_registers_by_name_and_project()
    {
        var cloud = await _world.Register(new() { Agent = "cloud-1", Project = World.Vc });
        var again = await _world.Register(new() { Agent = "cloud-1/vc" });

        Assert.Equal(("cloud-1/vc", "cloud-1/vc"), (cloud.AgentId.Value, again.AgentId.Value));
        Assert.Equal("no_agent", (await _world.Refused(RegisterAgent.Operation, new() { Project = World.Vc })).Code);
        Assert.Equal("unknown_project", (await _world.Refused(RegisterAgent.Operation, new() { Agent = "x/nowhere" })).Code);
    }

    [Fact]
    public async Task An_agents_key_registers_that_agent_and_no_other()
    {
        var key = new Caller { Credential = "k1", Role = Role.Agent, Agent = AgentId.Parse("bot/vc"), Operator = "Bo" };

        Assert.Equal("not_your_agent", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Agent = "dave/vc" }, key)).Code);
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"), key);
        var moved = await _world.Register(World.Clone(World.Vc, "/elsewhere/vc"), key);

        Assert.Equal(("bot/vc", "Bo"), (agent.AgentId.Value, agent.Operator));
        Assert.Equal(("bot/vc", "/elsewhere/vc"), (moved.AgentId.Value, moved.Path));
    }

    [Fact]
    public async Task A_key_registers_nothing_beyond_its_projects()
    {
        await _world.Register(World.Clone(World.Beads, "/src/beads"));
        var key = new Caller { Credential = "k1", Role = Role.Operator, Projects = new HashSet<ProjectId> { ProjectId.Parse("github.com/o/mine") } };

        Assert.Equal("project_out_of_reach", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Beads, "/src/b2"), key)).Code);
        Assert.Equal("project_out_of_reach", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc"), key)).Code);
        Assert.Equal("main/mine", (await _world.Register(World.Clone("https://github.com/o/mine", "/src/mine"), key)).AgentId.Value);
    }

    [Fact]
    public async Task A_repository_that_gets_its_first_commit_and_then_a_remote_keeps_its_agent_and_name()
    {
        var folder = ProjectId.OfFolder("laptop", "/src/new").Value;
        var commit = ProjectId.OfRootCommit(new string('a', 40)).Value;
        var empty = await _world.Register(World.Clone(folder, "/src/new") with { ProjectName = "new" });
        var begun = await _world.Register(World.Clone(commit, "/src/new") with { ProjectName = "new" });
        var hosted = await _world.Register(World.Clone("git@github.com:ann/new.git", "/src/new") with { ProjectName = "new" });

        Assert.Equal(["main/new", "main/new", "main/new"], new[] { empty, begun, hosted }.Select(agent => agent.AgentId.Value));
        Assert.Equal("github.com/ann/new", hosted.Project.Value);
        Assert.Equal("github.com/ann/new", (await _world.Find(commit)).Value.ProjectId.Value);
        Assert.Equal("github.com/ann/new", (await _world.Find("new")).Value.ProjectId.Value);
    }

    [Fact]
    public async Task Texts_of_a_profile_hide_nothing_from_a_terminal()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc") with { DisplayName = "\u001b[31mD\u202eave\n", OperatorName = "A\u200bnn" });

        Assert.Equal("[31mDave", agent.DisplayName);
        Assert.Equal("Ann <ann@example.org>", agent.Operator);
        Assert.Equal("bad_profile", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Model = new('m', 201) })).Code);
        Assert.Equal("bad_workspace", (await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/\nvc"))).Code);
    }
}
