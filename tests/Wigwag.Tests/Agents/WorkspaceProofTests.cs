using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Agents;

/// <summary>Anybody can name a workspace. Its agent is only its working copy's, its operator's and an administrator's.</summary>
public sealed class WorkspaceProofTests : IAsyncLifetime
{
    private readonly World _world = new();
    private Agent _ann = null!;

    public async ValueTask InitializeAsync()
    {
        _ann = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        await _world.Register(World.Clone(World.Beads, "/src/beads"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static Caller Key(string id, string human, params string[] projects) => new()
    {
        Credential = id,
        Role = Role.Operator,
        Operator = human,
        Projects = projects.Length == 0 ? null : projects.Select(project => GitRemote.Normalize(project).Value).ToHashSet(),
    };

    private static Caller Proven(Caller caller, string proof) => caller with { WorkspaceProof = proof };

    public static TheoryData<string, Caller> Others => new()
    {
        { World.Vc, Key("k1", "Mallory <m@example.org>") },
        { World.Vc, Key("k1", "Mallory <m@example.org>", World.Vc) },
        { World.Beads, Key("k1", "Mallory <m@example.org>", World.Beads) },
        // The same human, with a key that does not reach the workspace's project.
        { World.Beads, Key("k1", "Ann Lee <ann@example.org>", World.Beads) },
        { World.Vc, Proven(Key("k1", "Mallory <m@example.org>"), "what the working copy does not show") },
        { World.Beads, new Caller { Credential = "k1", Role = Role.Administrator, Projects = new HashSet<ProjectId> { ProjectId.Parse("github.com/steveyegge/beads") } } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Anothers_workspace_named_by_a_key_makes_an_agent_of_its_own(string project, Caller other)
    {
        var before = await _world.Show(_ann);

        var made = await _world.Register(World.Clone(project, "/src/vc"), other);
        var again = await _world.Register(World.Clone(project, "/src/vc"), other);
        var elsewhere = await _world.Register(World.Clone(project, "/src/nobodys"), other);

        Assert.NotEqual(_ann.AgentId, made.AgentId);
        Assert.Equal(made.AgentId, again.AgentId);
        Assert.NotEqual(made.AgentId, elsewhere.AgentId);
        Assert.Equivalent(before, await _world.Show(_ann), strict: true);
        Assert.Equal(_ann.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/vc"))).AgentId);
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task An_agent_is_not_had_by_its_name_and_its_place_either(string project, Caller other)
    {
        _ = project;
        var before = await _world.Show(_ann);

        var refused = await _world.Refused(RegisterAgent.Operation, World.Clone(World.Vc, "/src/vc") with { Agent = "main/vc", TakeOver = true }, other);

        Assert.True(refused.Code is "agent_taken" or "project_out_of_reach", refused.Code);
        Assert.Equivalent(before, await _world.Show(_ann), strict: true);
    }

    [Fact]
    public async Task The_working_copy_is_recognized_by_what_it_shows_whatever_key_it_comes_with()
    {
        var (first, second) = (Proven(Key("k1", "Ann Lee <ann@work.example>"), "p1"), Proven(Key("k2", "Ann Lee <ann@home.example>"), "p1"));
        var made = await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), first);

        Assert.Equal(made.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), second)).AgentId);
        Assert.NotEqual(made.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), first with { Operator = "Bo", WorkspaceProof = "p2" })).AgentId);
        Assert.Equal("Ann Lee <ann@home.example>", (await _world.Show(made)).Operator);
    }

    [Fact]
    public async Task The_administrator_of_the_machine_is_asked_for_no_proof_and_leaves_it_for_the_keys()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"), Proven(World.Local, "p1"));

        Assert.Equal(_ann.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/vc"))).AgentId);
        Assert.Equal(_ann.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/vc"), Proven(Key("k1", "Bo <bo@example.org>"), "p1"))).AgentId);
    }

    [Fact]
    public async Task Whoever_operates_an_agent_finds_it_in_a_fresh_clone_at_the_same_place()
    {
        var first = await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), Proven(Key("k1", "Bo <bo@example.org>"), "p1"));

        Assert.Equal(first.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), Proven(Key("k2", "Bo <bo@example.org>"), "p2"))).AgentId);
    }

    [Fact]
    public async Task Only_the_working_copy_itself_is_taken_from_its_agent_when_its_project_changes()
    {
        var bo = Key("k1", "Bo <bo@example.org>");
        var first = await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), Proven(bo, "p1"));
        var claimed = await _world.Register(World.Clone(World.Beads, "/src/mine", "mine"), bo with { Credential = "k2" });
        Assert.Equal("mine/beads", claimed.AgentId.Value);
        Assert.Equal(first.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), Proven(bo, "p1"))).AgentId);

        var changed = await _world.Register(World.Clone(World.Beads, "/src/mine", "mine"), Proven(bo, "p1"));

        Assert.Equal(claimed.AgentId, changed.AgentId);
        Assert.Equal(first.AgentId, (await _world.Register(World.Clone(World.Vc, "/src/mine", "mine"), Proven(bo, "p1"))).AgentId);
    }

    [Fact]
    public async Task A_project_without_a_remote_gets_one_from_its_own_working_copy_alone()
    {
        var folder = ProjectId.OfFolder("laptop", "/src/new").Value;
        await _world.Register(World.Clone(folder, "/src/new") with { ProjectName = "new" });

        var claimed = await _world.Register(World.Clone("git@github.com:mallory/new.git", "/src/new"), Key("k1", "Mallory <m@example.org>"));

        Assert.NotEqual("main/new", claimed.AgentId.Value);
        Assert.Equal(folder, (await _world.Find("new")).Value.ProjectId.Value);
    }

    [Fact]
    public async Task A_human_whom_no_key_was_made_for_is_nobodys_operator()
    {
        var bot = new Caller { Credential = "k1", Role = Role.Agent, Agent = AgentId.Parse("bot/vc") };

        var made = await _world.Register(World.Clone(World.Vc, "/src/bot") with { OperatorName = "Grace Hopper", OperatorEmail = "grace@example.org" }, bot);
        var again = await _world.Register(World.Clone(World.Vc, "/src/bot") with { OperatorName = "Grace Hopper" }, bot.As(made));
        var sent = await _world.Do(SendMessage.Operation, new() { To = "vc", Subject = "x" }, bot.As(again));

        Assert.Null(again.Operator);
        Assert.Null(sent.From.Operator);
        Assert.Equal("Bo <bo@example.org>", (await _world.Register(World.Clone(World.Vc, "/src/x", "x"), Key("k2", "Bo <bo@example.org>"))).Operator);
    }

    [Theory]
    [InlineData("main/beads")]
    [InlineData("Operator: Ann Lee")]
    [InlineData("WIGWAG")]
    [InlineData("ann@example.org")]
    public async Task A_display_name_does_not_pass_for_somebody_else(string name) =>
        Assert.Equal("bad_profile", (await _world.Refused(UpdateAgent.Operation, new() { DisplayName = name }, World.As(_ann))).Code);
}
