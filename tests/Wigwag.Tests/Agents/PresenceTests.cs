using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Status;

namespace Wigwag.Tests.Agents;

public sealed class PresenceTests : IAsyncDisposable
{
    private readonly World _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(0, Presence.Online)]
    [InlineData(90, Presence.Online)]
    [InlineData(91, Presence.Offline)]
    [InlineData(600, Presence.Offline)]
    [InlineData(601, Presence.Stale)]
    public async Task An_agent_is_online_for_90_s_after_a_sign_and_stale_after_ten_minutes(int seconds, Presence expected)
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));

        _world.Clock.Pass(TimeSpan.FromSeconds(seconds));

        Assert.Equal(expected, (await _world.Show(agent)).Presence);
    }

    [Fact]
    public async Task A_heartbeat_keeps_it_online_and_the_time_it_came()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        for (var i = 0; i < 30; i++)
        {
            _world.Clock.Pass(Signs.HeartbeatEvery);
            await _world.Do(Heartbeat.Operation, new(), World.As(agent));
        }
        var now = await _world.Show(agent);

        Assert.Equal((Presence.Online, agent.RegisteredAt), (now.Presence, now.Since));
        Assert.DoesNotContain("agent.online", await _world.Kinds());
    }

    [Fact]
    public async Task An_agent_that_says_goodbye_is_offline_at_once_and_online_again_with_its_next_command()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        _world.Clock.Pass(TimeSpan.FromSeconds(20));
        await _world.Do(Goodbye.Operation, new(), World.As(agent));
        var away = await _world.Show(agent);
        _world.Clock.Pass(TimeSpan.FromHours(1));
        var longAway = await _world.Show(agent);
        await _world.Do(UpdateAgent.Operation, new() { Status = AgentStatus.Working }, World.As(agent));
        var back = await _world.Show(agent);

        Assert.Equal((Presence.Offline, Presence.Offline, Presence.Online), (away.Presence, longAway.Presence, back.Presence));
        Assert.Equal((true, true, false), (away.HasLeft, longAway.HasLeft, back.HasLeft));
        Assert.Equal((agent.RegisteredAt.AddSeconds(20), _world.Clock.GetUtcNow()), (away.Since, back.Since));
        Assert.Equal(
            ["project.registered", "agent.registered", "agent.offline", "agent.online", "agent.updated"], await _world.Kinds());
    }

    [Fact]
    public async Task A_query_counts_as_a_sign_and_so_does_a_refused_command()
    {
        var asks = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var fails = await _world.Register(World.Clone(World.Vc, "/src/vc2"));
        _world.Clock.Pass(TimeSpan.FromMinutes(5));

        await _world.Do(ListAgents.Operation, new(), World.As(asks));
        await _world.Refused(UpdateAgent.Operation, new() { Agent = "no/one" }, World.As(fails));

        await Until(async () => (await _world.Kinds()).Count(kind => kind == "agent.online") == 2);
        Assert.Equal(Presence.Online, (await _world.Show(asks)).Presence);
        Assert.Equal(Presence.Online, (await _world.Show(fails)).Presence);
    }

    [Fact]
    public async Task Signs_close_together_are_written_once()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        _world.Clock.Pass(TimeSpan.FromSeconds(10));
        await _world.Do(UpdateAgent.Operation, new(), World.As(agent));
        Assert.Equal(agent.LastSeenAt, (await _world.Show(agent)).LastSeenAt);

        _world.Clock.Pass(TimeSpan.FromSeconds(6));
        await _world.Do(UpdateAgent.Operation, new(), World.As(agent));
        Assert.Equal(agent.LastSeenAt.AddSeconds(16), (await _world.Show(agent)).LastSeenAt);
    }

    [Fact]
    public async Task Is_beads_online_is_answered_with_who_and_since_when()
    {
        var main = await _world.Register(World.Clone(World.Beads, "/src/beads"));
        _world.Clock.Pass(TimeSpan.FromMinutes(20));
        var dave = await _world.Register(World.Clone(World.Beads, "/src/dave/beads", "dave"));
        _world.Clock.Pass(TimeSpan.FromSeconds(30));

        var beads = await _world.Do(ShowPresence.Operation, new() { Project = "beads" });

        Assert.True(beads.Online);
        Assert.Equal([(dave.AgentId, Presence.Online, dave.RegisteredAt), (main.AgentId, Presence.Stale, main.LastSeenAt)],
            beads.Agents.Select(agent => (agent.AgentId, agent.Presence, agent.Since)));

        _world.Clock.Pass(TimeSpan.FromMinutes(2));
        Assert.False((await _world.Do(ShowPresence.Operation, new() { Project = "beads" })).Online);
    }

    [Fact]
    public async Task Only_the_agent_its_operator_and_administrators_speak_for_it()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var other = new Caller { Credential = "k1", Role = Role.Agent, Agent = AgentId.Parse("bot/vc"), Project = agent.Project };
        var stranger = new Caller { Credential = "k2", Role = Role.Operator, Operator = "Bo <bo@example.org>" };

        Assert.Equal("not_your_agent", (await _world.Refused(Goodbye.Operation, new() { Agent = "main/vc" }, other)).Code);
        Assert.Equal("not_your_agent", (await _world.Refused(Heartbeat.Operation, new() { Agent = "main/vc" }, stranger)).Code);
        Assert.Equal("no_agent", (await _world.Refused(Heartbeat.Operation, new(), stranger)).Code);
        await _world.Do(Goodbye.Operation, new() { Agent = "main/vc" }, stranger with { Operator = agent.Operator });
    }

    [Fact]
    public async Task Agents_are_listed_by_project_by_presence_and_in_pages()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await _world.Register(World.Clone(World.Vc, $"/src/{i}/vc", $"w{i}"));
        }
        _world.Clock.Pass(TimeSpan.FromMinutes(3));
        await _world.Register(World.Clone(World.Beads, "/src/beads"));

        var first = await _world.Do(ListAgents.Operation, new() { Limit = 4 });
        var second = await _world.Do(ListAgents.Operation, new() { Limit = 4, Cursor = first.NextCursor });
        Assert.Equal(["main/beads", "w0/vc", "w1/vc", "w2/vc", "w3/vc", "w4/vc"], first.Agents.Concat(second.Agents).Select(agent => agent.AgentId.Value));
        Assert.Null(second.NextCursor);
        Assert.Equal(["main/beads"], (await _world.Do(ListAgents.Operation, new() { Online = true })).Agents.Select(agent => agent.AgentId.Value));
        Assert.Equal(5, (await _world.Do(ListAgents.Operation, new() { Project = "vc" })).Agents.Count);
        Assert.Equal("bad_cursor", (await _world.Refused(ListAgents.Operation, new() { Cursor = "x" })).Code);
        Assert.Equal("bad_limit", (await _world.Refused(ListAgents.Operation, new() { Limit = 0 })).Code);
    }

    [Fact]
    public async Task What_a_key_does_not_reach_is_not_there()
    {
        await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var beads = await _world.Register(World.Clone(World.Beads, "/src/beads"));
        var key = new Caller { Credential = "k1", Role = Role.Reader, Projects = new HashSet<ProjectId> { beads.Project } };

        Assert.Equal(["main/beads"], (await _world.Do(ListAgents.Operation, new() { Limit = 1 }, key)).Agents.Select(agent => agent.AgentId.Value));
        var hidden = await _world.Refused(ShowAgent.Operation, new() { Agent = "main/vc" }, key);
        var missing = await _world.Refused(ShowAgent.Operation, new() { Agent = "main/vd" }, key);
        Assert.Equal((missing.Code, missing.Message.Replace("vd", "vc")), (hidden.Code, hidden.Message));
        Assert.Equal("unknown_project", (await _world.Refused(ShowPresence.Operation, new() { Project = "vc" }, key)).Code);
    }

    [Fact]
    public async Task Status_names_the_project_and_the_agent_one_is()
    {
        var agent = await _world.Register(World.Clone(World.Vc, "/src/vc"));

        var status = await _world.Do(ShowStatus.Operation, new(), World.As(agent));
        var nobody = await _world.Do(ShowStatus.Operation, new());

        Assert.Equal((agent.Project, "vc", agent.AgentId, agent.Operator), (status.Project!.Value, status.ProjectName, status.Agent!.Value, status.Operator));
        Assert.Equal((null, null), (nobody.Project, nobody.Agent));
    }

    [Fact]
    public async Task Status_counts_what_waits_and_names_what_one_holds()
    {
        var vc = await _world.Register(World.Clone(World.Vc, "/src/vc"));
        var beads = await _world.Register(World.Clone(World.Beads, "/src/beads"));
        var sent = await _world.Do(
            SendMessage.Operation,
            new() { To = "beads", Subject = "Parser crash", Category = MessageCategory.Blocked, Action = "Fix it", Urgency = Urgency.High },
            World.As(vc));

        var waiting = await _world.Do(ShowStatus.Operation, new(), World.As(beads));
        await _world.Do(ClaimIssue.Operation, new() { IssueId = sent.IssueId!.Value }, World.As(beads));
        var working = await _world.Do(ShowStatus.Operation, new(), World.As(beads));

        Assert.Equal((1, 1, 0), (waiting.Unread, waiting.Unacknowledged, waiting.Claims.Count));
        Assert.Equal(sent.IssueId, Assert.Single(working.Claims).IssueId);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
