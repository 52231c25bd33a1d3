using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Status;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Messages;

namespace Wigwag.Tests.Status;

public sealed class StatusTests
{
    private static async Task<ProjectWork> Work(Post post, Caller who) =>
        (await post.World.Do(ShowStatus.Operation, new(), who)).Work!;

    private static Task<Message> Block(Post post, Caller from, string to, string subject = "Stuck") =>
        post.Send(from, to, subject, request => request with { Category = MessageCategory.Blocked, Action = "Release it", Urgency = Urgency.High });

    private static IEnumerable<string> Sentences(IEnumerable<Wait> waits) => waits.Select(wait => $"{wait.Agent} on {wait.On} for {wait.What}");

    private static async Task<CancellationTokenSource> WaitFor(Post post, Caller who, string scope)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        _ = post.Dispatcher.Run(Reserve.Operation, new() { Scopes = [scope], WaitSeconds = 600 }, who, cancel: stop.Token).AsTask();
        await Until(async () => (await post.World.Do(ListLeases.Operation, new(), who)).Waiting.Count > 0);
        return stop;
    }

    [Fact]
    public async Task It_shows_who_claims_reserves_and_has_mail()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");
        await post.Take(post.Beads, sent);
        await post.World.Do(Reserve.Operation, new() { Scopes = ["src/parser/**"], Reason = "rewriting it" }, post.Beads);
        await Block(post, post.Dave, "fix/beads");
        await post.Send(post.Dave, "beads", "Another");

        var work = await Work(post, post.Fix);

        Assert.Equal(["main/beads", "fix/beads"], work.Agents.OrderByDescending(agent => agent.Holds.Count).Select(agent => agent.Agent.Value));
        var main = work.Agents.Single(agent => agent.Agent.Value == "main/beads");
        Assert.Equal(sent.IssueId, Assert.Single(main.Claims).IssueId);
        Assert.Equal("src/parser/**", Assert.Single(main.Holds).Scope);
        var fix = work.Agents.Single(agent => agent.Agent.Value == "fix/beads");
        Assert.Equal((1L, 1L), (fix.Unread, fix.Unacknowledged));
        Assert.Equal(1, work.UnreadByProject);
        Assert.Null((await post.World.Do(ShowStatus.Operation, new() { Mine = true }, post.Fix)).Work);
    }

    [Fact]
    public async Task Of_what_an_agent_holds_it_shows_the_longest_held_and_how_many_there_are()
    {
        await using var post = await Post.Open();
        await post.World.Do(Reserve.Operation, new() { Scopes = ["first.cs"] }, post.Beads);
        await post.World.Do(Reserve.Operation, new() { Scopes = [.. Enumerable.Range(0, 40).Select(i => $"src/{i:00}.cs")] }, post.Beads);
        await post.World.Do(Reserve.Operation, new() { Scopes = ["docs"] }, post.Fix);

        var work = await Work(post, post.Fix);

        Assert.Equal([("main/beads", 41L, 20), ("fix/beads", 1L, 1)], work.Agents.Select(agent => (agent.Agent.Value, agent.HoldsCount, agent.Holds.Count)));
        Assert.Equal("first.cs", work.Agents[0].Holds[0].Scope);
    }

    [Fact]
    public async Task Who_sent_a_block_waits_until_it_is_answered()
    {
        await using var post = await Post.Open();
        var block = await Block(post, post.Dave, "main/beads");
        var shared = await Block(post, post.Dave, "beads", "Stuck too");

        Assert.Equal(
            [$"dave/vc on main/beads for {block.MessageId}", $"dave/vc on github.com/steveyegge/beads for {shared.MessageId}"],
            Sentences((await Work(post, post.Dave)).Waits));

        await post.Take(post.Fix, shared);
        Assert.Contains($"dave/vc on fix/beads for {shared.MessageId}", Sentences((await Work(post, post.Beads)).Waits));
        await post.Ack(post.Beads, block);
        Assert.Equal(2, (await Work(post, post.Dave)).Waits.Count);

        await post.Reply(post.Beads, block, "It is free");
        await post.World.Do(CloseIssue.Operation, new() { IssueId = shared.IssueId!.Value, Reason = "Fixed" }, post.Fix);
        Assert.Empty((await Work(post, post.Dave)).Waits);
    }

    [Fact]
    public async Task Two_who_block_each_other_across_projects_are_a_circle()
    {
        await using var post = await Post.Open();
        await Block(post, post.Dave, "main/beads");
        Assert.Empty((await Work(post, post.Dave)).Circles);
        var back = await Block(post, post.Beads, "dave/vc", "I wait too");

        foreach (var who in new[] { post.Dave, post.Beads })
        {
            var circle = Assert.Single((await Work(post, who)).Circles);
            Assert.Equal(["dave/vc", "main/beads"], circle.Agents.Select(agent => agent.Value));
        }
        await post.Reply(post.Dave, back);
        Assert.Empty((await Work(post, post.Dave)).Circles);
    }

    [Fact]
    public async Task One_who_waits_for_a_reservation_and_is_waited_for_by_its_holder_is_in_a_circle()
    {
        await using var post = await Post.Open();
        await post.World.Do(Reserve.Operation, new() { Scopes = ["src/a"] }, post.Beads);
        using var waiting = await WaitFor(post, post.Fix, "src/a");
        Assert.Equal(["fix/beads on main/beads for src/a"], Sentences((await Work(post, post.Fix)).Waits));

        var block = await post.Send(post.Dave, "beads", "About it");
        await post.World.Do(
            SendMessage.Operation,
            new() { To = "fix/beads", Subject = "Stuck", Category = MessageCategory.Blocked, Issue = block.IssueId, Action = "Go on", Urgency = Urgency.High },
            post.Beads);

        var circle = Assert.Single((await Work(post, post.Beads)).Circles);
        Assert.Equal([WaitCause.Reservation, WaitCause.Message], circle.Waits.Select(wait => wait.Cause));
        Assert.Equal(["fix/beads", "main/beads"], circle.Agents.Select(agent => agent.Value));
        await waiting.CancelAsync();
    }

    [Fact]
    public async Task A_key_of_one_project_sees_its_own_waits_alone()
    {
        await using var post = await Post.Open();
        await Block(post, post.Beads, "vc", "Theirs and ours");
        var issue = await post.Send(post.Dave, "beads", "About it");
        await post.World.Do(
            SendMessage.Operation,
            new() { To = "fix/beads", Subject = "Theirs alone", Category = MessageCategory.Blocked, Issue = issue.IssueId, Action = "Go on", Urgency = Urgency.High },
            post.Beads);
        var key = post.Dave with { Role = Role.Agent, Projects = new HashSet<Wigwag.Core.Projects.ProjectId> { post.Dave.Project!.Value } };

        Assert.Equal(["main/beads on github.com/steveyegge/vc"], (await Work(post, key)).Waits.Select(wait => $"{wait.Agent} on {wait.On}"));
        Assert.Equal("unknown_project", (await post.World.Refused(ShowStatus.Operation, new() { Project = "beads" }, key)).Code);
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(5, late.Token);
        }
    }
}
