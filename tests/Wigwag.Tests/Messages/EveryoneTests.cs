using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Status;
using Wigwag.Core.Store;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

/// <summary>A message to everyone in a project is written once and read by many; to each of them it is as a copy of their own.</summary>
public sealed class EveryoneTests
{
    private const int Many = 9000;

    private static async Task<long> Count(Post post, string sql) =>
        (await post.Store.Read<object>(World.Local, async (session, _) => await session.Scalar(sql) ?? 0, World.Stop)).Value is long count ? count : -1;

    private static async Task Write(Post post, string sql) =>
        await post.Store.Write<string>(World.Local, async (session, _) => { await session.Execute(sql); return sql; }, World.Stop);

    private static SendMessageRequest MustAck(SendMessageRequest request) => request with { AckWithin = 3600 };

    // As many agents as a large project has, beside the two that there are.
    private static Task Crowd(Post post) => Write(
        post,
        $"""
        INSERT INTO agents (project, agent, binding, operator, status, registered_at, last_seen_at, online_since, place)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
        SELECT a.project, 'c' || n.i || '/beads', 'named', a.operator, 'idle', a.registered_at, a.last_seen_at, a.online_since, n.i + 100
        FROM n JOIN agents a ON a.agent = 'main/beads'
        """);

    [Fact]
    public async Task To_thousands_of_agents_it_is_one_row_and_a_short_answer()
    {
        await using var post = await Post.Open();
        await Crowd(post);
        var before = await Count(post, "SELECT (SELECT COUNT(*) FROM deliveries) + (SELECT COUNT(*) FROM waiting)");

        var sent = await post.Send(post.Dave, "all/beads", "Schema freeze", MustAck);

        Assert.Equal(before, await Count(post, "SELECT (SELECT COUNT(*) FROM deliveries) + (SELECT COUNT(*) FROM waiting)"));
        Assert.Equal((1L, 0L), (await Count(post, "SELECT COUNT(*) FROM everyone"), await Count(post, "SELECT COUNT(*) FROM everyone_states")));
        Assert.Equal((Many + 2L, 50), (sent.Everyone!.Recipients, sent.Recipients!.Count));
        Assert.True(await Count(post, "SELECT MAX(LENGTH(audience)) FROM events") < 200);

        var some = World.Local with { Agent = AgentId.Parse("c4711/beads"), Project = post.Beads.Project, Place = 4811 };
        Assert.Equal(["Schema freeze"], await post.Subjects(some));
        await post.Ack(some, sent);
        await post.Read(post.Fix, sent);
        var shown = (await post.World.Do(ListSent.Operation, new(), post.Dave)).Messages.Single();
        Assert.Equal((Many + 2L, 2L, 1L), (shown.Everyone!.Recipients, shown.Everyone.Read!.Value, shown.Everyone.Acked!.Value));
        // One of very many is told of themselves.
        Assert.Equal("c4711/beads", Assert.Single((await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, some)).Recipients!).Recipient);

        post.Clock.Pass(TimeSpan.FromHours(2));
        Assert.Equal(1, await new Deadlines(post.Store).Tell(World.Stop));
        Assert.Equal(0, await new Deadlines(post.Store).Tell(World.Stop));
        var told = (await post.Inbox(post.Dave, unread: true)).Messages.Single(message => message.Subject.StartsWith("Not acknowledged", StringComparison.Ordinal));
        Assert.Contains($"and {Many + 1 - 50} more", (await post.Read(post.Dave, told)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_for_those_who_were_there_and_concerns_nobody_else()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "all/beads", "Schema freeze");
        var late = await post.Newcomer("late");

        Assert.Empty(await post.Subjects(late));
        Assert.Equal("not_recipient", (await post.World.Refused(AcknowledgeMessage.Operation, new() { MessageId = sent.MessageId }, late)).Code);
        var fact = Assert.Single(await post.World.Events(), fact => fact.Kind == "message.sent");
        Assert.Equal([true, true, false, false], new[] { post.Beads, post.Fix, late, post.Dave }.Select(who => fact.Concerns(who)));

        // A key that reaches nothing but its own project finds what was sent to it there, and the newcomer's does not.
        Caller Limited(Caller who) => who with { Role = Role.Agent, Projects = new HashSet<ProjectId> { who.Project!.Value } };
        var abroad = await post.Send(post.Beads, "all/vc", "Far away", request => request with { Issue = sent.IssueId });
        Assert.Equal(["Far away"], await post.Subjects(Limited(post.Dave)));
        Assert.Single((await post.World.Do(SearchMessages.Operation, new() { Query = "far" }, Limited(post.Dave))).Matches);
        Assert.Single((await post.World.Do(SearchMessages.Operation, new() { Query = "to:dave/vc far" }, post.Beads)).Matches);
        Assert.Single((await post.World.Do(SearchMessages.Operation, new() { Query = "to:all/vc" }, post.Beads)).Matches);
        Assert.Empty((await post.World.Do(SearchMessages.Operation, new() { Query = "to:late/beads" }, post.Beads)).Matches);
        Assert.Equal(abroad.MessageId, (await post.World.Do(ShowMessage.Operation, new() { MessageId = abroad.MessageId }, Limited(post.Dave))).MessageId);
    }

    [Fact]
    public async Task Waits_news_status_and_receipts_see_it_for_each_recipient_alone()
    {
        await using var post = await Post.Open();
        var page = await post.Inbox(post.Beads);
        var sent = await post.Send(post.Dave, "all/beads", "Schema freeze", request => MustAck(request) with { Category = MessageCategory.Request });

        var arrived = await post.World.Do(WaitForMessages.Operation, new() { After = page.After, Timeout = 60 }, post.Beads);
        Assert.Equal(["Schema freeze"], arrived.Messages.Select(message => message.Subject));
        Assert.Contains("Schema freeze", (await post.World.Do(TellNews.Operation, new() { Waking = true }, post.Fix)).Line, StringComparison.Ordinal);
        Assert.Null((await post.World.Do(TellNews.Operation, new(), post.Fix)).Line);
        var status = (await post.World.Do(ShowStatus.Operation, new(), post.Beads)).Project is not null
            ? await post.World.Do(ShowStatus.Operation, new() { Project = "beads" }, post.Beads)
            : throw new InvalidOperationException();
        Assert.Equal((1L, 1L), (status.Unread, status.Unacknowledged));

        await post.Ack(post.Beads, sent);
        Assert.Equal("already_acked", (await post.World.Refused(AcknowledgeMessage.Operation, new() { MessageId = sent.MessageId }, post.Beads)).Code);
        var receipts = (await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, post.Dave)).Recipients!;
        Assert.Equal(
            [("fix/beads", DeliveryStage.Delivered), ("main/beads", DeliveryStage.Acked)],
            receipts.Select(receipt => (receipt.Recipient, receipt.Delivery)));
        Assert.Equal((1L, 1L), ((await post.Inbox(post.Fix)).Counts.ToYou, (await post.Inbox(post.Fix)).Counts.ToAcknowledge));
    }

    [Fact]
    public async Task A_deadline_that_all_met_is_told_to_nobody()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "all/beads", "Schema freeze", MustAck);
        await post.Ack(post.Beads, sent);
        await post.Ack(post.Fix, sent);
        post.Clock.Pass(TimeSpan.FromHours(2));

        Assert.Equal(1, await new Deadlines(post.Store).Tell(World.Stop));
        Assert.DoesNotContain("message.overdue", await post.World.Kinds());
        Assert.All((await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, post.Dave)).Recipients!, receipt => Assert.Null(receipt.OverdueAt));
    }

    /// <summary>What a version before this one wrote: a delivery for each recipient.</summary>
    [Fact]
    public async Task Copies_that_are_in_the_database_already_stay_what_they_are()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "main/beads", "Old", MustAck);
        await Write(
            post,
            """
            INSERT INTO deliveries (project, recipient, seq, state, is_owed, ack_by)
            SELECT project, 'fix/beads', seq, state, is_owed, ack_by FROM deliveries WHERE recipient = 'main/beads'
            """);
        await Write(post, "INSERT INTO waiting (project, recipient, seq) SELECT project, 'fix/beads', seq FROM waiting WHERE recipient = 'main/beads'");
        await Write(post, "UPDATE messages SET recipients = 'all/beads'");

        Assert.Equal(["Old"], await post.Subjects(post.Fix));
        await post.Ack(post.Fix, sent);
        Assert.Empty(await post.Subjects(post.Fix));
        var shown = await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, post.Dave);
        Assert.Equal([MessageState.Acked, MessageState.Unread], shown.Recipients!.Select(receipt => receipt.State));
        Assert.Null(shown.Everyone);
    }

    /// <summary>
    /// Random histories beside the plain model, in which each agent that is registered when a message is sent has a copy of it with a state
    /// of its own.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_agents_inbox_is_that_of_one_copy_for_each_agent(int seed)
    {
        var random = new Random(seed);
        await using var post = await Post.Open();
        var agents = new List<Caller> { post.Beads, post.Fix };
        var copies = new List<Copy>();
        for (var step = 0; step < 150; step++)
        {
            post.Clock.Pass(TimeSpan.FromMilliseconds(random.Next(3)));
            var who = agents[random.Next(agents.Count)];
            switch (random.Next(10))
            {
                case 0 when agents.Count < 8:
                    agents.Add(await post.Newcomer($"n{step}"));
                    break;
                case < 3:
                    var from = random.Next(4) == 0 ? post.Dave : who;
                    var toAll = random.Next(3) > 0;
                    var isOwed = random.Next(2) == 0;
                    var target = agents[random.Next(agents.Count)];
                    if (!toAll && target == from)
                    {
                        break;
                    }
                    var message = await post.Send(from, toAll ? "all/beads" : target.Agent!.Value.Value, $"{step}", isOwed ? MustAck : null);
                    copies.AddRange((toAll ? agents.Where(agent => agent != from) : [target]).Select(agent => new Copy(agent, message) { IsOwed = isOwed }));
                    break;
                case < 7 when copies.FindAll(copy => copy.Agent == who) is { Count: > 0 } mine:
                    var read = mine[random.Next(mine.Count)];
                    await post.Read(who, read.Message);
                    read.State = read.State == MessageState.Unread ? MessageState.Read : read.State;
                    break;
                case < 9 when copies.FindAll(copy => copy.Agent == who && copy.State != MessageState.Acked) is { Count: > 0 } open:
                    var acked = open[random.Next(open.Count)];
                    await post.Ack(who, acked.Message);
                    acked.State = MessageState.Acked;
                    break;
                default:
                    break;
            }
            await Same(post, who, copies, $"seed {seed}, step {step}");
        }
        foreach (var agent in agents)
        {
            await Same(post, agent, copies, $"seed {seed}, at the end");
        }
        foreach (var message in copies.Select(copy => copy.Message).DistinctBy(message => message.MessageId))
        {
            var shown = await post.World.Do(ShowMessage.Operation, new() { MessageId = message.MessageId });
            Assert.Equal(
                copies.Where(copy => copy.Message == message).Select(copy => (copy.Agent.Agent!.Value.Value, copy.State)).Order(),
                shown.Recipients!.Select(receipt => (receipt.Recipient, receipt.State)).Order());
        }
    }

    private static async Task Same(Post post, Caller who, List<Copy> copies, string where)
    {
        var mine = copies.FindAll(copy => copy.Agent == who);
        mine.Reverse();
        var page = await post.Inbox(who, limit: 100);
        Assert.True(mine.Select(copy => (copy.Message.Subject, copy.State)).SequenceEqual(page.Messages.Select(message => (message.Subject, message.State!.Value))), where);
        var unread = mine.FindAll(copy => copy.State == MessageState.Unread);
        Assert.True(unread.Select(copy => copy.Message.Subject).SequenceEqual((await post.Inbox(who, unread: true, limit: 100)).Messages.Select(message => message.Subject)), where);
        Assert.True((unread.Count, mine.Count(copy => copy is { IsOwed: true, State: not MessageState.Acked })) == ((int)page.Counts.ToYou, (int)page.Counts.ToAcknowledge), where);
        // A wait tells only of what nothing can come before any more, which on PostgreSQL takes until older transactions have ended.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var expected = unread.Select(copy => copy.Message.Subject).Reverse().ToList();
        List<string> waited;
        do
        {
            Assert.False(limit.IsCancellationRequested, where);
            waited = [.. (await post.World.Do(WaitForMessages.Operation, new() { Unread = true, Timeout = 0, Limit = 100 }, who)).Messages.Select(message => message.Subject)];
        }
        while (!expected.SequenceEqual(waited));
    }

    private sealed record Copy(Caller Agent, Message Message)
    {
        public MessageState State { get; set; }

        public bool IsOwed { get; init; }
    }
}
