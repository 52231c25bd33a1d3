using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Makes the caller the owner of what was sent to its project; the first wins.</summary>
public static class TakeMessage
{
    public static readonly Operation<MessageReference, Message> Operation = new()
    {
        Name = "take_message",
        Title = "Take a message",
        Description =
            "Makes you the owner of a message that was sent to your project, and holder of its issue when nobody holds it. The first to take " +
            "it wins; others get already_taken with who and since when. It acknowledges the message and gives you the whole of it. You may take " +
            "over from an agent that has left.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/messages/{message_id}/take",
        Cli = "take <message_id>",
        Example = "wigwag take m-4k7q2m9xw3",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Take(session, request.MessageId),
    };

    private static async ValueTask<Result<Message>> Take(Session session, MessageId id)
    {
        if (session.Caller.Agent is not { } agent)
        {
            return Error.Forbidden("agent_required", "Only an agent takes work.", "Act as an agent of the project, or acknowledge the message.");
        }
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error) ||
            !(await MessageBook.Find(session, id)).Try(out var message, out error))
        {
            return error;
        }
        var delivery = new Delivery(speaker.Home, Mailbox.Everyone);
        if (message.Recipients?.FirstOrDefault(receipt => receipt.Recipient == speaker.Home) is not { } shared)
        {
            return Error.Conflict(
                "nothing_to_take",
                $"{id} was not sent to your project but to {(message.To.Count == 0 ? "nobody" : string.Join(", ", message.To))}.",
                "Only what was sent to a project can be taken; acknowledge what was sent to you.");
        }
        if (shared.TakenBy == agent.Value)
        {
            return message;
        }
        if (shared.TakenBy is { } owner && !await HasLeft(session, owner))
        {
            return AlreadyTaken(id, owner, shared);
        }
        if (!await Own(session, message, delivery, agent, shared.TakenBy))
        {
            // Another server's transaction was quicker.
            return (await MessageBook.Find(session, id)).Try(out message, out error)
                ? AlreadyTaken(id, message.TakenBy ?? "another agent", message.Recipients!.First(receipt => receipt.Recipient == speaker.Home))
                : error;
        }
        await Deliveries.MarkRead(session, message, Mailbox.Of(session.Caller));
        await Deliveries.Settle(session, message.Seq, delivery, agent.Value);
        await Participants.Took(session, message.Project, message.ThreadId, speaker.Home, agent.Value);
        await session.Append(
            MessageEvents.Taken,
            message.Project,
            id.Value,
            new(id, message.ThreadId, message.IssueId, speaker.Home, agent.Value, shared.TakenBy),
            Deliveries.Concerned(message, Audience.AllOf(speaker.Sender.Project!.Value)));
        if (message.IssueId is { } about && (await Claim(session, about, agent, shared.TakenBy)).Error is { } refused)
        {
            return refused;
        }
        return await MessageBook.Find(session, id);
    }

    // Nothing to hold, or somebody else at it: the message can be owned all the same.
    private static async ValueTask<Result<Issue?>> Claim(Session session, IssueId about, AgentId agent, string? from)
    {
        if (!(await IssueBook.Find(session, about)).Try(out var issue, out _) ||
            issue.Status == IssueStatus.Closed ||
            (issue.Assignee is { } holder && holder.Value != from))
        {
            return (Issue?)null;
        }
        // The tracker has its own rule for when a holder is gone.
        return (await IssueBook.Claim(session, issue, agent)).Try(out var claimed, out var error) ? claimed
            : error.Code == "already_claimed" ? (Issue?)null
            : error;
    }

    private static async ValueTask<bool> Own(Session session, Message message, Delivery delivery, AgentId agent, string? from) => await session.ExecuteCounted(
        """
        UPDATE deliveries SET taken_by = @agent, taken_at = @now
        WHERE project = @project AND recipient = @recipient AND seq = @seq AND COALESCE(taken_by, '') = @from
        """,
        ("agent", agent),
        ("now", session.Now),
        ("project", delivery.Home),
        ("recipient", delivery.Key),
        ("seq", message.Seq),
        ("from", from ?? "")) > 0;

    private static async ValueTask<bool> HasLeft(Session session, string owner) =>
        await AgentRegistry.Any(session, AgentId.Parse(owner)) is not { } agent || agent.HasLeft;

    private static Error AlreadyTaken(MessageId id, string owner, Receipt shared) => Error.Conflict(
        "already_taken",
        $"{id} was taken by {owner} at {shared.TakenAt:u}.",
        $"Leave it to {owner} or reply in its thread; you can take it over once {owner} has left.") with
    {
        Details = new JsonObject { ["taken_by"] = owner, ["taken_at"] = shared.TakenAt?.ToString("O") },
    };
}
