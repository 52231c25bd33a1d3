using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

/// <summary>The main job: a bug goes from one repository to another and comes back fixed.</summary>
public sealed class HandOverTests
{
    [Fact]
    public async Task A_message_to_another_project_opens_an_issue_there_and_is_its_first_comment()
    {
        await using var post = await Post.Open();

        var sent = await post.Send(post.Dave, "beads", "Parser crash", request => request with { Body = "NullReferenceException at Parser.cs:12" });

        var issue = (await post.World.Do(ShowIssue.Operation, new() { IssueId = sent.IssueId!.Value }, post.Beads));
        Assert.Equal(("Parser crash", "github.com/steveyegge/beads"), (issue.Title, issue.Project.Value));
        Assert.Contains("NullReferenceException at Parser.cs:12", issue.Body, StringComparison.Ordinal);
        Assert.Contains("dave/vc", issue.Body, StringComparison.Ordinal);
        Assert.Equal($"issue:{issue.IssueId}", sent.ThreadId.Value);
        Assert.Equal("dave/vc", issue.CreatedBy?.Value);
        Assert.Equal(("dave/vc", "Ann Lee <ann@example.org>", "github.com/steveyegge/vc"), (sent.From.Agent?.Value, sent.From.Operator, sent.From.Project?.Value));
    }

    [Fact]
    public async Task What_is_sent_to_a_project_waits_in_every_inbox_also_of_agents_that_come_later()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "beads");

        Assert.Equal(["Parser crash"], await post.Subjects(post.Beads));
        Assert.Equal(["Parser crash"], await post.Subjects(post.Fix));
        Assert.Equal(["Parser crash"], await post.Subjects(await post.Newcomer("late")));
        Assert.Empty(await post.Subjects(post.Dave));
    }

    [Fact]
    public async Task The_first_to_take_it_owns_it_and_its_issue_and_the_others_see_by_whom()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");

        var taken = await post.Take(post.Beads, sent);
        var refused = await post.World.Refused(TakeMessage.Operation, new() { MessageId = sent.MessageId }, post.Fix);

        Assert.Equal(("main/beads", MessageState.Acked, ""), (taken.TakenBy, taken.State!.Value, taken.Body));
        Assert.Equal(("already_taken", "main/beads"), (refused.Code, (string?)refused.Details!["taken_by"]));
        Assert.Empty(await post.Subjects(post.Fix));
        Assert.Equal("main/beads", (await post.Inbox(post.Fix)).Messages[0].TakenBy);
        Assert.Equal(0, (await post.Inbox(await post.Newcomer("late"), unread: true)).Counts.Unread);
        var issue = await post.World.Do(ShowIssue.Operation, new() { IssueId = sent.IssueId!.Value }, post.Beads);
        Assert.Equal((IssueStatus.InProgress, "main/beads"), (issue.Status, issue.Assignee?.Value));
        Assert.Equal("main/beads", (await post.Take(post.Beads, sent)).TakenBy);
    }

    [Fact]
    public async Task The_conversation_goes_on_in_the_issues_thread_until_it_is_closed()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");
        await post.Take(post.Beads, sent);

        var question = await post.Reply(post.Beads, sent, "Which version?");
        Assert.Equal(["dave/vc"], question.To);
        Assert.Equal(["Re: Parser crash"], await post.Subjects(post.Dave));
        var answer = await post.Reply(post.Dave, question, "1.2.0");
        Assert.Equal(["main/beads"], answer.To);
        Assert.Equal(("Re: Parser crash", question.MessageId), (answer.Subject, answer.ReplyTo!.Value));
        Assert.Empty(await post.Subjects(post.Dave));

        var issue = await post.World.Do(ShowIssue.Operation, new() { IssueId = sent.IssueId!.Value }, post.Beads);
        await post.Store.Write(post.Beads, (session, _) => MessageBook.Comment(session, issue, "Closed: Parser crash", "Fixed in 1.2.1."), World.Stop);

        Assert.Equal(["Closed: Parser crash"], await post.Subjects(post.Dave));
        var thread = await post.Thread(post.Dave, sent);
        Assert.Equal(["", "Which version?", "1.2.0", "Fixed in 1.2.1."], thread.Messages.Select(message => message.Body));
        Assert.Equal(["main/beads", "dave/vc"], thread.Participants);
    }

    [Fact]
    public async Task A_question_asked_before_anybody_took_it_is_answered_to_the_asker_and_the_project()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");

        var question = await post.Reply(post.Fix, sent);
        var answer = await post.Reply(post.Dave, question);

        Assert.Equal(["dave/vc"], question.To);
        Assert.Equal(["github.com/steveyegge/beads", "fix/beads"], answer.To);
        Assert.Equal(["Re: Parser crash"], await post.Subjects(post.Fix));
        Assert.Equal(["Re: Parser crash", "Parser crash"], await post.Subjects(post.Beads));
        Assert.Equal(1, (await post.Inbox(post.Fix)).Counts.Unread);
    }

    [Fact]
    public async Task An_agent_that_has_left_is_taken_over_from()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");
        await post.Take(post.Beads, sent);
        post.Clock.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal("already_taken", (await post.World.Refused(TakeMessage.Operation, new() { MessageId = sent.MessageId }, post.Fix)).Code);

        post.Clock.Pass(TimeSpan.FromMinutes(2));
        var taken = await post.Take(post.Fix, sent);

        Assert.Equal("fix/beads", taken.TakenBy);
        Assert.Equal(["fix/beads", "dave/vc", "main/beads"], (await post.Thread(post.Fix, sent)).Participants.OrderBy(name => name != "fix/beads").ThenBy(name => name, StringComparer.Ordinal));
        Assert.Equal("already_taken", (await post.World.Refused(TakeMessage.Operation, new() { MessageId = sent.MessageId }, post.Beads)).Code);
    }

    [Fact]
    public async Task Everyone_in_a_project_gets_a_copy_of_their_own()
    {
        await using var post = await Post.Open();

        var sent = await post.Send(post.Beads, "all/beads", "Schema freeze", request => request with { Category = MessageCategory.Decision });
        await post.Ack(post.Fix, sent);

        Assert.Equal(["all/beads"], sent.To);
        Assert.Equal(["fix/beads"], sent.Recipients!.Select(receipt => receipt.Recipient));
        Assert.Empty(await post.Subjects(post.Beads));
        Assert.Equal("nothing_to_take", (await post.World.Refused(TakeMessage.Operation, new() { MessageId = sent.MessageId }, post.Fix)).Code);
    }

    [Fact]
    public async Task The_sender_sees_how_far_each_recipient_has_come()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "main/beads");

        async Task<MessageState> State() => (await post.World.Do(ListSent.Operation, new(), post.Dave)).Messages.Single().Recipients!.Single().State;

        Assert.Equal(MessageState.Unread, await State());
        Assert.Equal(MessageState.Read, (await post.Read(post.Beads, sent)).State);
        Assert.Equal(MessageState.Read, await State());
        await post.Ack(post.Beads, sent);
        Assert.Equal(MessageState.Acked, await State());
        Assert.Equal(MessageState.Acked, (await post.Read(post.Beads, sent)).State);
        Assert.Equal(["message.sent", "message.read", "message.acked"], (await post.World.Kinds()).Where(kind => kind.StartsWith("message.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_event_of_a_message_names_whom_it_concerns_and_leaves_the_body_out()
    {
        await using var post = await Post.Open();
        await post.Send(post.Dave, "beads", "Parser crash", request => request with { Body = "secret stack trace" });

        var sent = (await post.World.Events()).Single(fact => fact.Kind == "message.sent");

        Assert.Equal([true, true, true, false], new[] { post.Beads, post.Fix, await post.Newcomer("late"), post.Dave }.Select(who => sent.Concerns(who)));
        Assert.Equal("Parser crash", MessageEvents.Sent.Read(sent.Fact.GetRawText()).Subject);
        Assert.DoesNotContain("secret", sent.Fact.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_repeated_with_its_key_is_sent_once()
    {
        await using var post = await Post.Open();
        var request = new SendMessageRequest { To = "beads", Subject = "Once", Attachments = [new() { Name = "a.txt", Text = "trace" }] };

        var first = await post.Dispatcher.Run(SendMessage.Operation, request, post.Dave, "key-1", World.Stop);
        var again = await post.Dispatcher.Run(SendMessage.Operation, request, post.Dave, "key-1", World.Stop);

        Assert.Equal(first.Value.MessageId, again.Value.MessageId);
        Assert.Single((await post.Inbox(post.Beads)).Messages);
    }
}
