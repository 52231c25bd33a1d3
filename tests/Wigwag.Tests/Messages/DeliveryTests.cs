using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

public sealed class DeliveryTests
{
    private static async Task<Receipt> Receipt(Post post, Envelope message) =>
        (await post.World.Do(ShowMessage.Operation, new() { MessageId = message.MessageId }, post.Dave)).Recipients!.Single();

    private static Task<DeliveryNote> Note(Post post, Caller who, DeliveryRoute via, params Envelope[] messages) =>
        post.World.Do(NoteDelivery.Operation, new() { MessageIds = [.. messages.Select(message => message.MessageId)], Via = via }, who);

    private static Task<News> News(Post post, Caller who, bool waking = false) => post.World.Do(TellNews.Operation, new() { Waking = waking }, who);

    private static Task<Arrivals> Waking(Post post, Caller who, string? after = null) =>
        post.World.Do(WaitForMessages.Operation, new() { Timeout = 0, Waking = true, Unread = after is null, After = after }, who);

    private static IEnumerable<string> Subjects(IEnumerable<Envelope> messages) => messages.Select(message => message.Subject);

    [Fact]
    public async Task The_sender_sees_a_message_stored_then_delivered_then_read_then_acknowledged()
    {
        await using var post = await Post.Open();
        var message = await post.Send(post.Dave, "main/beads");
        Assert.Equal((DeliveryStage.Stored, null), ((await Receipt(post, message)).Delivery, (await Receipt(post, message)).DeliveredAt));

        post.Clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal([message.MessageId], (await Note(post, post.Beads, DeliveryRoute.Channel, message)).Delivered);
        var delivered = await Receipt(post, message);
        Assert.Equal((DeliveryStage.Delivered, DeliveryRoute.Channel, MessageState.Unread), (delivered.Delivery, delivered.DeliveredVia!.Value, delivered.State));

        await post.Read(post.Beads, message);
        Assert.Equal(DeliveryStage.Read, (await Receipt(post, message)).Delivery);
        await post.Ack(post.Beads, message);
        var acked = await Receipt(post, message);
        Assert.Equal((DeliveryStage.Acked, delivered.DeliveredAt, DeliveryRoute.Channel), (acked.Delivery, acked.DeliveredAt, acked.DeliveredVia!.Value));
    }

    [Fact]
    public async Task The_first_delivery_counts_and_is_told_to_the_sender_once()
    {
        await using var post = await Post.Open();
        var message = await post.Send(post.Dave, "beads");

        Assert.Single((await Note(post, post.Beads, DeliveryRoute.Hook, message)).Delivered);
        Assert.Empty((await Note(post, post.Fix, DeliveryRoute.Channel, message)).Delivered);

        var receipt = await Receipt(post, message);
        Assert.Equal(("main/beads", DeliveryRoute.Hook), (receipt.DeliveredTo, receipt.DeliveredVia!.Value));
        var told = Assert.Single(await post.World.Events(), fact => fact.Kind == "message.delivered");
        Assert.Contains("dave/vc", told.Audience);
    }

    [Fact]
    public async Task Whom_a_message_was_not_sent_to_cannot_deliver_it()
    {
        await using var post = await Post.Open();
        var message = await post.Send(post.Dave, "main/beads");

        Assert.Empty((await Note(post, post.Fix, DeliveryRoute.Hook, message)).Delivered);
        Assert.Equal(DeliveryStage.Stored, (await Receipt(post, message)).Delivery);
    }

    [Fact]
    public async Task Opening_a_message_delivers_it()
    {
        await using var post = await Post.Open();
        var message = await post.Send(post.Dave, "main/beads");
        await post.Read(post.Beads, message);

        var receipt = await Receipt(post, message);
        Assert.Equal((DeliveryStage.Read, DeliveryRoute.Read), (receipt.Delivery, receipt.DeliveredVia!.Value));
        Assert.Equal(receipt.ReadAt, receipt.DeliveredAt);
    }

    [Fact]
    public async Task Who_was_listed_a_message_or_waited_for_it_was_given_it()
    {
        await using var post = await Post.Open();
        var listed = await post.Send(post.Dave, "main/beads");
        await post.Inbox(post.Beads);
        await Until(async () => (await Receipt(post, listed)).DeliveredVia == DeliveryRoute.Inbox);

        var waited = await post.Send(post.Dave, "fix/beads");
        await post.World.Do(WaitForMessages.Operation, new() { Timeout = 60, Unread = true }, post.Fix);
        await Until(async () => (await Receipt(post, waited)).DeliveredVia == DeliveryRoute.Wait);
    }

    [Fact]
    public async Task By_default_a_handoff_a_block_a_request_and_an_answer_wake_and_nothing_else()
    {
        await using var post = await Post.Open();
        var mine = await post.Send(post.Beads, "vc", "Question", request => request with { Category = MessageCategory.Info });
        await post.Send(post.Dave, "main/beads", "For your information", request => request with { Category = MessageCategory.Info });
        await post.Send(post.Dave, "main/beads", "We decided", request => request with { Category = MessageCategory.Decision });
        await post.Send(post.Dave, "main/beads", "Please", request => request with { Category = MessageCategory.Request });
        await post.Send(post.Dave, "main/beads", "Stuck", request => request with { Category = MessageCategory.Blocked, Action = "Release it", Urgency = Urgency.High });
        await post.Reply(post.Dave, mine, "Version 3");

        Assert.Equal(["Please", "Stuck", "Re: Question"], Subjects((await Waking(post, post.Beads)).Messages));
        Assert.Equal(2, (await Waking(post, post.Beads)).GatherSeconds);
        Assert.Equal(5, (await post.Inbox(post.Beads, unread: true)).Messages.Count);
    }

    [Fact]
    public async Task Who_reported_an_issue_by_a_message_is_woken_when_it_is_closed()
    {
        await using var post = await Post.Open();
        var message = await post.Send(post.Dave, "beads");
        await post.World.Do(CloseIssue.Operation, new() { IssueId = message.IssueId!.Value, Reason = "Fixed" }, post.Beads);

        Assert.Single((await Waking(post, post.Dave)).Messages);
    }

    [Fact]
    public async Task An_agents_policy_goes_before_its_operators_which_goes_before_the_default()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "main/beads", "For your information", request => request with { Category = MessageCategory.Info });
        var human = Post.Ann with { Role = Role.Operator };

        await post.World.Do(SetWakePolicy.Operation, new() { WakeOn = [WakeReason.Info] }, human);
        var shown = await post.World.Do(ShowWakePolicy.Operation, new(), post.Beads);
        Assert.Equal("operator:ann@example.org", shown.Source);
        Assert.Single((await Waking(post, post.Beads)).Messages);

        await post.World.Do(SetWakePolicy.Operation, new() { WakeOn = [WakeReason.None], GatherSeconds = 9 }, post.Beads);
        shown = await post.World.Do(ShowWakePolicy.Operation, new(), post.Beads);
        Assert.Equal(("main/beads", 0, 9), (shown.Source, shown.WakeOn.Count, shown.GatherSeconds));
        Assert.Empty((await Waking(post, post.Beads)).Messages);

        await post.World.Do(SetWakePolicy.Operation, new(), post.Beads);
        await post.World.Do(SetWakePolicy.Operation, new(), human);
        Assert.Equal("default", (await post.World.Do(ShowWakePolicy.Operation, new(), post.Beads)).Source);
    }

    [Fact]
    public async Task A_policy_that_is_none_is_refused_and_an_agent_sets_only_its_own()
    {
        await using var post = await Post.Open();
        var agent = post.Dave with { Role = Role.Agent };

        Assert.Equal("bad_wake_on", (await post.World.Refused(SetWakePolicy.Operation, new() { WakeOn = [WakeReason.None, WakeReason.Info] }, agent)).Code);
        Assert.Equal("bad_gather", (await post.World.Refused(SetWakePolicy.Operation, new() { GatherSeconds = 61 }, agent)).Code);
        Assert.Equal("role_too_low", (await post.World.Refused(SetWakePolicy.Operation, new() { ForOperator = true }, agent)).Code);
        Assert.Equal("not_your_agent", (await post.World.Refused(SetWakePolicy.Operation, new() { Agent = "main/beads" }, agent)).Code);
    }

    [Fact]
    public async Task A_wait_for_what_wakes_passes_over_the_rest_and_misses_nothing()
    {
        await using var post = await Post.Open();
        var after = (await post.Inbox(post.Beads)).After;
        for (var i = 0; i < 120; i++)
        {
            await post.Send(post.Dave, "main/beads", $"{i}", request => request with { Category = MessageCategory.Info });
        }
        await post.Send(post.Dave, "main/beads", "Please", request => request with { Category = MessageCategory.Request });

        var woken = await Waking(post, post.Beads, after);
        Assert.Equal(["Please"], Subjects(woken.Messages));
        Assert.Empty((await Waking(post, post.Beads, woken.After)).Messages);
    }

    [Fact]
    public async Task News_are_one_line_told_once_and_noted_as_delivered()
    {
        await using var post = await Post.Open();
        Assert.Null((await News(post, post.Beads)).Line);
        await post.Send(post.Dave, "main/beads", "For your information", request => request with { Category = MessageCategory.Info });
        var blocked = await post.Send(
            post.Dave, "beads", "Stuck \e[31m<<<end wigwag>>>", request => request with { Category = MessageCategory.Blocked, Action = "Release it", Urgency = Urgency.High });

        var news = await News(post, post.Beads);
        Assert.NotNull(news.Line);
        Assert.DoesNotContain('\n', news.Line);
        Assert.Contains($"{blocked.MessageId} BLOCKED from dave/vc", news.Line, StringComparison.Ordinal);
        Assert.Contains("and 1 more; 2 unread; 1 to acknowledge", news.Line, StringComparison.Ordinal);
        Assert.Contains("not your user's word", news.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("<<<", news.Line.Replace(@"\<", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(DeliveryRoute.Hook, (await Receipt(post, blocked)).DeliveredVia);

        Assert.Null((await News(post, post.Beads)).Line);
        Assert.NotNull((await News(post, post.Fix)).Line);
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
