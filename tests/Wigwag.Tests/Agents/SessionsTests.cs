using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Agents;

/// <summary>An agent is there while one of its sessions is.</summary>
public sealed class SessionsTests : IAsyncDisposable
{
    private readonly World _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static Caller In(Agent agent, string session) => World.As(agent) with { Session = ClientSession.Parse(session).Value };

    private async Task<Agent> Agent(string name, string session) =>
        await _world.Register(World.Clone(World.Vc, $"/src/{name}/vc", name), World.Local with { Session = ClientSession.Parse(session).Value });

    private Task<Agent> Goodbye(Agent agent, string session, Func<GoodbyeRequest, GoodbyeRequest>? with = null) =>
        _world.Do(Core.Agents.Goodbye.Operation, with?.Invoke(new()) ?? new(), In(agent, session));

    private Task<Agent> Sign(Agent agent, string session) => _world.Do(UpdateAgent.Operation, new(), In(agent, session));

    private async Task<string[]> Sessions(Agent agent) => [.. (await _world.Show(agent)).Sessions!.Select(each => each.Session)];

    [Fact]
    public async Task What_an_agent_holds_stays_until_its_last_session_is_gone()
    {
        var dave = await Agent("dave", "mcp:a");
        var fred = World.As(await Agent("fred", "http"));
        var issue = await _world.Do(CreateIssue.Operation, new() { Title = "Crash" }, In(dave, "mcp:a"));
        await _world.Do(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, In(dave, "mcp:a"));
        var lease = (await _world.Do(Reserve.Operation, new() { Scopes = ["src/**"] }, In(dave, "mcp:b"))).Granted.Single();
        ForceReleaseRequest take = new() { LeaseId = lease.LeaseId, Reason = "It is gone" };
        var other = fred with { Role = Role.Agent, Operator = null };

        var stays = await Goodbye(dave, "mcp:a");
        Assert.Equal((Presence.Online, 1L), (stays.Presence, stays.SessionCount!.Value));
        Assert.Equal("already_claimed", (await _world.Refused(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, other)).Code);
        Assert.Equal("holder_is_there", (await _world.Refused(ForceRelease.Operation, take, other)).Code);

        var gone = await Goodbye(dave, "mcp:b");
        Assert.Equal((Presence.Offline, true, 0L), (gone.Presence, gone.HasLeft, gone.SessionCount!.Value));
        Assert.Equal("fred/vc", (await _world.Do(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, other)).Assignee?.Value);
        await _world.Do(ForceRelease.Operation, take, other);
    }

    [Fact]
    public async Task A_goodbye_that_is_repeated_or_late_ends_no_newer_session()
    {
        var dave = await Agent("dave", "mcp:old");
        await Goodbye(dave, "mcp:old");
        await Sign(dave, "mcp:new");
        var events = (await _world.Events()).Count;

        await Goodbye(dave, "mcp:old");
        await Goodbye(dave, "mcp:new", request => request with { Session = "mcp:old" });
        await Goodbye(dave, "mcp:new", request => request with { Session = "mcp:never" });

        Assert.Equal((Presence.Online, false), ((await _world.Show(dave)).Presence, (await _world.Show(dave)).HasLeft));
        Assert.Equal(["mcp:new"], await Sessions(dave));
        Assert.Equal(events, (await _world.Events()).Count);
    }

    [Fact]
    public async Task A_session_that_died_without_a_goodbye_is_over_by_its_silence()
    {
        var dave = await Agent("dave", "mcp:died");
        _world.Clock.Pass(TimeSpan.FromMinutes(5));
        await Sign(dave, "shell");
        var after = await Goodbye(dave, "shell");

        Assert.Equal((Presence.Offline, false), (after.Presence, after.HasLeft));
        _world.Clock.Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        var later = await _world.Show(dave);
        Assert.Equal((Presence.Stale, true), (later.Presence, later.HasLeft));
        Assert.Empty(later.Sessions!);
    }

    [Fact]
    public async Task A_read_right_after_a_goodbye_brings_the_agent_back()
    {
        var dave = await Agent("dave", "mcp:a");
        await _world.Do(ShowAgent.Operation, new(), In(dave, "mcp:a"));
        await Goodbye(dave, "mcp:a");
        Assert.True((await _world.Show(dave)).HasLeft);

        await _world.Do(ShowAgent.Operation, new(), In(dave, "mcp:a"));

        await Until(async () => (await _world.Show(dave)).Presence == Presence.Online);
    }

    [Fact]
    public async Task A_shells_goodbye_ends_the_shell_and_with_all_everything()
    {
        var dave = await Agent("dave", "mcp:a");
        await Sign(dave, "shell");
        await Sign(dave, "hook:c");

        Assert.Equal(2, (await Goodbye(dave, "shell")).SessionCount);
        Assert.Equal(["hook:c", "mcp:a"], (await Sessions(dave)).Order());
        Assert.True((await Goodbye(dave, "shell", request => request with { All = true })).HasLeft);
        Assert.Empty(await Sessions(dave));
        Assert.Equal("bad_session", (await _world.Refused(Core.Agents.Goodbye.Operation, new() { All = true, Session = "shell" }, In(dave, "shell"))).Code);
        Assert.Equal("bad_session", (await _world.Refused(Core.Agents.Goodbye.Operation, new() { Session = "no such kind" }, In(dave, "shell"))).Code);
    }

    [Fact]
    public async Task Reservations_are_given_back_when_the_last_session_ends_if_one_that_ended_asked_for_it()
    {
        var dave = await Agent("dave", "mcp:a");
        await Sign(dave, "hook:c");
        await _world.Do(Reserve.Operation, new() { Scopes = ["src/**"] }, In(dave, "mcp:a"));

        await Goodbye(dave, "hook:c", request => request with { Release = true });
        Assert.Single((await _world.Do(ListLeases.Operation, new() { Project = "vc" })).Leases);
        await Goodbye(dave, "mcp:a");
        Assert.Empty((await _world.Do(ListLeases.Operation, new() { Project = "vc" })).Leases);
        Assert.True((await _world.Show(dave)).HasLeft);
    }

    [Fact]
    public async Task Each_change_of_its_sessions_is_told_once()
    {
        var dave = await Agent("dave", "mcp:a");
        await Sign(dave, "shell");
        await Sign(dave, "shell");
        await Goodbye(dave, "mcp:a");
        await Goodbye(dave, "shell");
        await Goodbye(dave, "shell");
        await Sign(dave, "shell");

        Assert.Equal(
            ["agent.registered", "agent.session_started", "agent.session_ended", "agent.offline", "agent.online"],
            (await _world.Kinds()).Where(kind => kind.StartsWith("agent.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Old_sessions_are_forgotten_and_no_agent_has_more_than_its_share()
    {
        var dave = await Agent("dave", "mcp:first");
        for (var i = 0; i < AgentSessions.Most + 20; i++)
        {
            _world.Clock.Pass(TimeSpan.FromSeconds(1));
            await Sign(dave, $"mcp:{i}");
        }
        Assert.Equal(AgentSessions.Most, (await _world.Show(dave)).SessionCount);
        Assert.Equal(AgentSessions.MostShown, (await _world.Show(dave)).Sessions!.Count);

        _world.Clock.Pass(TimeSpan.FromDays(2));
        await Sign(dave, "mcp:last");
        Assert.Equal(1L, (await _world.Dispatcher.Store.Read<object>(
            World.Local, async (session, _) => await session.Scalar("SELECT COUNT(*) FROM agent_sessions") ?? 0, World.Stop)).Value);
    }

    /// <summary>Random histories of sessions that begin, speak, fall silent and end, beside the rule in its plain form.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_agent_has_left_exactly_when_none_of_its_sessions_is_there(int seed)
    {
        var random = new Random(seed);
        var dave = await Agent("dave", "mcp:0");
        var seen = new Dictionary<string, DateTimeOffset> { ["mcp:0"] = _world.Clock.GetUtcNow() };
        for (var step = 0; step < 120; step++)
        {
            _world.Clock.Pass(TimeSpan.FromSeconds(random.Next(4) == 0 ? random.Next(300) : 16));
            var name = $"mcp:{random.Next(4)}";
            switch (random.Next(8))
            {
                case < 3:
                    await Goodbye(dave, name);
                    seen.Remove(name);
                    break;
                case 3 when random.Next(4) == 0:
                    await Goodbye(dave, name, request => request with { All = true });
                    seen.Clear();
                    break;
                case < 7:
                    await Sign(dave, name);
                    seen[name] = _world.Clock.GetUtcNow();
                    break;
                default:
                    break;
            }
            var now = _world.Clock.GetUtcNow();
            var there = seen.Values.Where(at => now - at <= Signs.StaleAfter).ToList();
            var shown = await _world.Show(dave);
            Assert.True(shown.HasLeft == (there.Count == 0), $"seed {seed}, step {step}");
            Assert.True(shown.Presence == Presence.Online == there.Exists(at => now - at <= Signs.OnlineFor), $"seed {seed}, step {step}");
            Assert.True(shown.SessionCount == there.Count, $"seed {seed}, step {step}");
        }
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
