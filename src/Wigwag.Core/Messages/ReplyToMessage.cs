using System.ComponentModel;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

public sealed record ReplyToMessageRequest
{
    [Description("The message to answer.")]
    public required MessageId MessageId { get; init; }

    [Description("Markdown, at most 256 KiB.")]
    public required string Body { get; init; }

    [Description("One line; left out, Re: and the subject of the message.")]
    public string? Subject { get; init; }

    [Option("only")]
    [Description("Only to the sender of the message; otherwise to everybody who took part in the thread.")]
    public bool SenderOnly { get; init; }

    [Description("HANDOFF (needs next_owner), BLOCKED (needs action and urgency), DECISION, INFO or REQUEST. Default INFO.")]
    public MessageCategory? Category { get; init; }

    [Description("Files, at most 10 MiB each and 25 MiB together.")]
    [Option("attach")]
    [Files]
    public IReadOnlyList<AttachmentInput>? Attachments { get; init; }

    [Description("What you ask to be done; required for BLOCKED.")]
    public string? Action { get; init; }

    [Description("low, normal, high or critical; required for BLOCKED.")]
    public Urgency? Urgency { get; init; }

    [Description("Who goes on with the work, an agent or a project; required for HANDOFF.")]
    public string? NextOwner { get; init; }

    [Description("Seconds within which recipients must acknowledge.")]
    public int? AckWithin { get; init; }
}

/// <summary>Answers a message in its thread.</summary>
public static class ReplyToMessage
{
    public static readonly Operation<ReplyToMessageRequest, Message> Operation = new()
    {
        Name = "reply_to_message",
        Title = "Reply to a message",
        Description =
            "Answers a message in its thread, which is a comment on its issue. It goes to everybody who took part in the thread but you, or " +
            "with sender_only to the sender alone. It marks the message as read; it does not acknowledge it.",
        Effect = Effect.Command,
        Http = "POST /v1/messages/{message_id}/reply",
        Cli = "reply <message_id>",
        Example = "wigwag reply m-4k7q2m9xw3 --body \"Which version of the parser?\"",
        Status = 201,
        IsDeferrable = true,
        Json = MessagesJson.Default,
        Preparation = async (request, uploads, cancel) =>
            (await AttachmentIntake.Keep(request.Attachments ?? [], uploads, cancel)).Try(out var kept, out var error) ? request with { Attachments = kept } : error,
        Handler = (session, request, _) => Reply(session, request),
    };

    private static async ValueTask<Result<Message>> Reply(Session session, ReplyToMessageRequest request)
    {
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error) ||
            !(await MessageBook.Find(session, request.MessageId)).Try(out var message, out error) ||
            !(await NextOwner.Find(session, request.NextOwner)).Try(out var nextOwner, out error))
        {
            return error;
        }
        await Deliveries.MarkRead(session, message, Mailbox.Of(session.Caller));
        var others = await Participants.Others(session, message.Project, message.ThreadId, speaker);
        return await MessageBook.Post(session, new()
        {
            To = request.SenderOnly ? others.FindAll(other => other.Written == Deliveries.SenderKey(message)) : others,
            Home = message.Project,
            Issue = message.IssueId,
            Thread = message.ThreadId,
            Category = request.Category ?? MessageCategory.Info,
            Subject = request.Subject ?? Answering(message.Subject),
            Body = request.Body,
            Attachments = request.Attachments ?? [],
            Action = request.Action,
            Urgency = request.Urgency,
            NextOwner = nextOwner.Written,
            AckWithin = request.AckWithin is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            ReplyTo = message.MessageId,
        });
    }

    private static string Answering(string subject)
    {
        var answer = subject.StartsWith("Re: ", StringComparison.OrdinalIgnoreCase) ? subject : $"Re: {subject}";
        var end = Math.Min(answer.Length, MessageLimits.SubjectCharacters);
        return end < answer.Length && char.IsHighSurrogate(answer[end - 1]) ? answer[..(end - 1)] : answer[..end];
    }
}
