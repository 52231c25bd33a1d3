using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Confirms a message, once.</summary>
public static class AcknowledgeMessage
{
    public static readonly Operation<MessageReference, Message> Operation = new()
    {
        Name = "acknowledge_message",
        Title = "Acknowledge a message",
        Description =
            "Tells the sender that you have the message and will see to it. HANDOFF and BLOCKED must be acknowledged before ack_by. What was " +
            "sent to your project counts as acknowledged for all of it; use take_message instead to become its owner.",
        Effect = Effect.Command,
        Http = "POST /v1/messages/{message_id}/ack",
        Cli = "ack <message_id>",
        AlsoCli = ["agent ack <message_id>"],
        Example = "wigwag ack m-4k7q2m9xw3",
        IsDeferrable = true,
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Acknowledge(session, request.MessageId),
    };

    private static async ValueTask<Result<Message>> Acknowledge(Session session, MessageId id)
    {
        if (!(await MessageBook.Find(session, id)).Try(out var message, out var error) ||
            !(await Deliveries.Acknowledge(session, message, Mailbox.Of(session.Caller))).Try(out _, out error))
        {
            return error;
        }
        return await MessageBook.Find(session, id);
    }
}
