using Wigwag.Core.Messages;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

public sealed class DeadlinesTests
{
    private static SendMessageRequest Blocked(SendMessageRequest request) => request with
    {
        Category = MessageCategory.Blocked,
        Action = "Release the lock",
        Urgency = Urgency.High,
    };

    [Fact]
    public async Task Past_the_deadline_sender_and_operator_are_told_once()
    {
        await using var post = await Post.Open();
        var deadlines = new Deadlines(post.Store);
        var sent = await post.Send(post.Dave, "beads", "Stuck", Blocked);

        post.Clock.Pass(TimeSpan.FromMinutes(29));
        Assert.Equal(0, await deadlines.Tell(World.Stop));
        post.Clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await deadlines.Tell(World.Stop));
        Assert.Equal(0, await deadlines.Tell(World.Stop));

        Assert.Equal(["Not acknowledged: Stuck"], await post.Subjects(post.Dave));
        Assert.Equal(["Not acknowledged: Stuck"], await post.Subjects(Post.Ann));
        var told = (await post.Inbox(post.Dave)).Messages[0];
        Assert.Equal(("wigwag", sent.ThreadId, sent.MessageId, MessageCategory.Info), (told.From.ToString(), told.ThreadId, told.ReplyTo!.Value, told.Category));
        Assert.Contains("github.com/steveyegge/beads", told.Preview, StringComparison.Ordinal);
        var fact = Assert.Single(await post.World.Events(), fact => fact.Kind == "message.overdue");
        Assert.Equal(["dave/vc", "operator:ann@example.org"], fact.Audience.Order(StringComparer.Ordinal));
        Assert.NotNull((await post.World.Do(ShowMessage.Operation, new() { MessageId = sent.MessageId }, post.Dave)).Recipients![0].OverdueAt);
    }

    [Fact]
    public async Task What_was_acknowledged_or_taken_in_time_is_not_told()
    {
        await using var post = await Post.Open();
        await post.Ack(post.Beads, await post.Send(post.Dave, "main/beads", "One", Blocked));
        await post.Take(post.Beads, await post.Send(post.Dave, "beads", "Two", Blocked));
        await post.Send(post.Dave, "beads", "Three");

        post.Clock.Pass(TimeSpan.FromHours(1));

        Assert.Equal(0, await new Deadlines(post.Store).Tell(World.Stop));
    }

    [Fact]
    public async Task Recipients_that_are_late_together_are_told_of_together()
    {
        await using var post = await Post.Open();
        await post.Newcomer("third");
        var first = await post.Send(post.Dave, "beads");
        var sent = await post.Send(post.Dave, "all/beads", "Stuck", request => Blocked(request) with { AckWithin = 60, Issue = first.IssueId });
        await post.Ack(post.Fix, sent);
        post.Clock.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await new Deadlines(post.Store).Tell(World.Stop));

        var fact = Assert.Single(await post.World.Events(), fact => fact.Kind == "message.overdue");
        Assert.Equal(["main/beads", "third/beads"], MessageEvents.Overdue.Read(fact.Fact.GetRawText()).Recipients);
    }

    [Fact]
    public async Task The_watch_wakes_by_itself_and_also_for_an_earlier_deadline()
    {
        await using var post = await Post.Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(World.Stop);
        var watch = new Deadlines(post.Store).Run(stop.Token);
        try
        {
            await post.Send(post.Dave, "beads", "Later", Blocked);
            await post.Send(post.Dave, "beads", "Sooner", request => Blocked(request) with { AckWithin = 1 });
            post.Clock.Pass(TimeSpan.FromSeconds(2));

            var arrived = await post.World.Do(WaitForMessages.Operation, new() { Unread = true, Timeout = 60 }, post.Dave);
            Assert.Equal(["Not acknowledged: Sooner"], arrived.Messages.Select(message => message.Subject));
            Assert.False(watch.IsCompleted);
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    [Fact]
    public async Task Two_watches_tell_once()
    {
        await using var post = await Post.Open();
        for (var i = 0; i < 20; i++)
        {
            await post.Send(post.Dave, "beads", $"Stuck {i}", Blocked);
        }
        post.Clock.Pass(TimeSpan.FromHours(1));

        var told = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new Deadlines(post.Store).Tell(World.Stop)));

        Assert.Equal(20, told.Sum());
        Assert.Equal(20, (await post.Inbox(post.Dave, limit: 100)).Messages.Count);
    }
}
