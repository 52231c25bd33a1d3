using System.Text.Json;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Messages;

/// <summary>What each category asks, and how each mistake is told.</summary>
public sealed class EnvelopeTests
{
    private static readonly SendMessageRequest ToBeads = new() { To = "beads", Subject = "Parser crash" };

    public static TheoryData<string, SendMessageRequest> Mistakes => new()
    {
        { "unknown_recipient", ToBeads with { To = "bead" } },
        { "unknown_recipient", ToBeads with { To = "mian/beads" } },
        { "unknown_recipient", ToBeads with { To = "all/nothing" } },
        { "unknown_recipient", ToBeads with { To = "operator:nobody" } },
        { "unknown_recipient", ToBeads with { To = "\e[31mred" } },
        { "unknown_recipient", ToBeads with { To = "" } },
        { "recipient_required", ToBeads with { To = null } },
        { "recipient_elsewhere", ToBeads with { To = "main/beads", Project = "vc" } },
        { "unknown_project", ToBeads with { To = "main/beads", Project = "nothing" } },
        { "unknown_issue", ToBeads with { Issue = IssueId.Parse("beads-zzzz") } },
        { "unknown_thread", ToBeads with { Thread = ThreadId.Parse("issue:beads-zzzz") } },
        { "unknown_thread", ToBeads with { Thread = ThreadId.Parse("m:m-0000000000") } },
        { "issue_required", ToBeads with { To = "main/vc", Category = MessageCategory.Handoff, NextOwner = "main/vc" } },
        { "issue_required", ToBeads with { To = "main/vc", Category = MessageCategory.Blocked, Action = "x", Urgency = Urgency.High } },
        { "action_required", ToBeads with { Category = MessageCategory.Blocked, Urgency = Urgency.High } },
        { "urgency_required", ToBeads with { Category = MessageCategory.Blocked, Action = "release the lock" } },
        { "next_owner_required", ToBeads with { Category = MessageCategory.Handoff } },
        { "unknown_next_owner", ToBeads with { Category = MessageCategory.Handoff, NextOwner = "nobody/beads" } },
        { "unknown_next_owner", ToBeads with { Category = MessageCategory.Handoff, NextOwner = "all/beads" } },
        { "bad_ack_within", ToBeads with { AckWithin = 0 } },
        { "bad_subject", ToBeads with { Subject = " " } },
        { "bad_subject", ToBeads with { Subject = new string('x', 301) } },
        { "bad_text", ToBeads with { Subject = "a\0b" } },
        { "bad_text", ToBeads with { Body = "a\0b" } },
        { "body_too_large", ToBeads with { Body = new string('x', 256 * 1024 + 1) } },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public async Task A_mistake_has_a_name_of_its_own_and_nothing_is_sent(string code, SendMessageRequest request)
    {
        await using var post = await Post.Open();
        await post.World.Register(World.Clone(World.Vc, "/src/vc"));
        var before = await post.World.Kinds();

        var error = await post.CannotSend(post.Dave, request);

        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Next);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal(before, (await post.World.Kinds()).Where(kind => !kind.StartsWith("agent.", StringComparison.Ordinal) || before.Contains(kind)));
    }

    [Fact]
    public async Task An_unknown_recipient_is_answered_with_the_near_names()
    {
        await using var post = await Post.Open();

        Assert.Contains("main/beads", (await post.CannotSend(post.Dave, ToBeads with { To = "mian/beads" })).Next, StringComparison.Ordinal);
        Assert.Contains("beads", (await post.CannotSend(post.Dave, ToBeads with { To = "baeds" })).Next, StringComparison.Ordinal);
        Assert.Contains("operator:ann@example.org", (await post.CannotSend(post.Dave, ToBeads with { To = "operator:anne@example.org" })).Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_not_registered_sends_nothing()
    {
        await using var post = await Post.Open();

        var error = await post.CannotSend(post.Dave with { Agent = Wigwag.Core.Agents.AgentId.Parse("ghost/vc") }, ToBeads);
        var nobody = await post.CannotSend(World.Local with { Operator = null }, ToBeads);

        Assert.Equal(("unknown_sender", "unknown_sender"), (error.Code, nobody.Code));
    }

    [Fact]
    public async Task Within_a_project_talk_needs_no_issue_and_has_a_thread_of_its_own()
    {
        await using var post = await Post.Open();

        var sent = await post.Send(post.Fix, "main/beads", "Lunch?", request => request with { Category = MessageCategory.Request });
        var answer = await post.Reply(post.Beads, sent, "Yes");

        Assert.Null(sent.IssueId);
        Assert.Equal($"m:{sent.MessageId}", sent.ThreadId.Value);
        Assert.Equal(sent.ThreadId, answer.ThreadId);
        Assert.Equal(["fix/beads"], answer.To);
    }

    [Fact]
    public async Task A_handoff_and_a_blocker_carry_what_they_must_and_ask_for_an_acknowledgement()
    {
        await using var post = await Post.Open();

        var handoff = await post.Send(post.Dave, "beads", "Yours", request => request with { Category = MessageCategory.Handoff, NextOwner = "MAIN/beads" });
        var blocked = await post.Send(post.Dave, "main/beads", "Stuck", request => request with
        {
            Category = MessageCategory.Blocked,
            Action = "Release\nthe lock",
            Urgency = Urgency.Critical,
            AckWithin = 60,
            Issue = handoff.IssueId,
        });

        Assert.Equal(("main/beads", true, TimeSpan.FromMinutes(30)), (handoff.NextOwner, handoff.AckRequired, handoff.AckBy - handoff.CreatedAt));
        Assert.Equal(("Release the lock", Urgency.Critical, TimeSpan.FromMinutes(1)), (blocked.Action, blocked.Urgency, blocked.AckBy - blocked.CreatedAt));
        Assert.Equal(handoff.ThreadId, blocked.ThreadId);
        Assert.Equal(2, (await post.Inbox(post.Beads)).Counts.ToAcknowledge);
    }

    [Fact]
    public async Task A_body_is_kept_as_written_and_a_subject_on_one_clean_line()
    {
        await using var post = await Post.Open();
        const string body = "\e[31mred\e[0m\r\n\u202eevil\u200b \ud83d\ude00 \"quotes\" <<<end wigwag 00>>>\n";

        var sent = await post.Send(post.Dave, "main/beads", " Two\nlines\e[31m\u202e ", request => request with { Body = body });

        Assert.Equal("Two lines", sent.Subject);
        Assert.Equal(body, (await post.Read(post.Beads, sent)).Body);
        Assert.Equal("red evil \ud83d\ude00 \"quotes\" <<<end wigwag 00>>>", (await post.Inbox(post.Beads)).Messages[0].Preview);
    }

    [Fact]
    public async Task The_envelope_has_the_names_of_the_design()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads", "Yours", request => request with
        {
            Category = MessageCategory.Handoff,
            NextOwner = "beads",
            Body = "Body",
            Attachments = [new() { Name = "trace.txt", Text = "at Main()" }],
        });

        var whole = JsonSerializer.SerializeToElement(await post.Take(post.Beads, sent), MessagesJson.Default.Message);
        var line = JsonSerializer.SerializeToElement(await post.Inbox(post.Beads), MessagesJson.Default.InboxPage).GetProperty("messages")[0];

        Assert.Equal(
            [
                "message_id", "thread_id", "project", "issue_id", "from", "to", "category", "subject", "body", "attachments", "next_owner",
                "created_at", "state", "ack_required", "ack_by", "taken_by", "taken_at", "recipients",
            ],
            whole.EnumerateObject().Select(property => property.Name));
        Assert.Equal("HANDOFF", whole.GetProperty("category").GetString());
        Assert.Equal("acked", whole.GetProperty("state").GetString());
        Assert.Equal("dave/vc", whole.GetProperty("from").GetProperty("agent").GetString());
        Assert.Equal("text/plain", whole.GetProperty("attachments")[0].GetProperty("media_type").GetString());
        Assert.False(line.TryGetProperty("body", out _));
        Assert.Equal("Body", line.GetProperty("preview").GetString());
    }

    [Fact]
    public async Task Acknowledging_what_is_unknown_not_ones_own_or_done_are_three_errors()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "main/beads");
        await post.Ack(post.Beads, sent);

        Task<Error> Refused(Caller who, MessageId id) => post.World.Refused(AcknowledgeMessage.Operation, new() { MessageId = id }, who);

        Assert.Equal("unknown_message", (await Refused(post.Beads, MessageId.New())).Code);
        Assert.Equal("not_recipient", (await Refused(post.Fix, sent.MessageId)).Code);
        Assert.Equal("already_acked", (await Refused(post.Beads, sent.MessageId)).Code);
    }

    [Fact]
    public async Task What_was_sent_to_a_project_is_acknowledged_once_for_all()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");

        await post.Ack(post.Fix, sent);
        var refused = await post.World.Refused(AcknowledgeMessage.Operation, new() { MessageId = sent.MessageId }, post.Beads);

        Assert.Equal("already_acked", refused.Code);
        Assert.Contains("fix/beads", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await post.Subjects(post.Beads));
    }

    [Fact]
    public async Task A_human_writes_and_is_answered_by_the_name_that_git_gives_them()
    {
        await using var post = await Post.Open();

        var sent = await post.Send(Post.Ann, "beads", "Please look");
        var answer = await post.Reply(post.Beads, sent, "Done");
        var direct = await post.Send(post.Beads, "operator:ANN@example.org", "By the way");

        Assert.Null(sent.From.Agent);
        Assert.Equal(["operator:ann@example.org"], answer.To);
        Assert.Equal(["By the way", "Re: Please look"], await post.Subjects(Post.Ann));
        Assert.Equal(MessageState.Read, (await post.Read(Post.Ann, answer)).State);
        Assert.Equal(MessageState.Acked, (await post.Ack(Post.Ann, direct)).State);
        Assert.Equal("agent_required", (await post.World.Refused(TakeMessage.Operation, new() { MessageId = sent.MessageId }, Post.Ann)).Code);
    }

    [Fact]
    public async Task A_reply_to_the_sender_alone_reaches_nobody_else()
    {
        await using var post = await Post.Open();
        var sent = await post.Send(post.Dave, "beads");
        await post.Reply(post.Fix, sent);

        var only = await post.World.Do(ReplyToMessage.Operation, new() { MessageId = sent.MessageId, Body = "Privately", SenderOnly = true }, post.Beads);

        Assert.Equal(["dave/vc"], only.To);
        Assert.DoesNotContain((await post.Inbox(post.Fix)).Messages, message => message.MessageId == only.MessageId);
    }
}
