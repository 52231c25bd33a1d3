using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

public sealed record NoteDeliveryRequest
{
    [Description("The messages that were put into the session, 1 to 100.")]
    public required IReadOnlyList<MessageId> MessageIds { get; init; }

    [Description("How they came there: channel, hook, wait or inbox.")]
    public required DeliveryRoute Via { get; init; }
}

/// <summary>What a note of delivery changed.</summary>
public sealed record DeliveryNote
{
    [Description("The messages that had not been delivered before.")]
    public required IReadOnlyList<MessageId> Delivered { get; init; }
}

/// <summary>Notes that messages came into a session of their recipient, which their sender sees.</summary>
public static class NoteDelivery
{
    public static readonly Operation<NoteDeliveryRequest, DeliveryNote> Operation = new()
    {
        Name = "note_delivery",
        Title = "Note that messages were delivered",
        Description = "Notes that messages were put into your session without your asking, as a channel or a hook does; their senders see it. For clients that deliver, not for models.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/deliveries",
        Cli = "delivery note <via> <message_ids...>",
        Example = "wigwag delivery note hook m-4k7q2m9xw3",
        Toolset = "delivery",
        Json = MessagesJson.Default,
        Handler = (session, request, _) => Note(session, request),
    };

    /// <summary>Notes it for those of the messages that were not delivered before; which these are.</summary>
    internal static async ValueTask<List<MessageId>> Note(Session session, IEnumerable<MessageId> ids, Mailbox mailbox, DeliveryRoute route)
    {
        var delivered = new List<MessageId>();
        foreach (var id in ids.Distinct())
        {
            if ((await MessageBook.Find(session, id)).Try(out var message, out _) && await Deliveries.MarkDelivered(session, message, mailbox, route))
            {
                delivered.Add(id);
            }
        }
        return delivered;
    }

    private static async ValueTask<Result<DeliveryNote>> Note(Session session, NoteDeliveryRequest request) =>
        request.MessageIds.Count is < 1 or > MessageLimits.PageSize
            ? Error.Invalid("bad_message_ids", $"Between 1 and {MessageLimits.PageSize} messages are noted at once, not {request.MessageIds.Count}.", "Note them in several calls.")
            : new DeliveryNote { Delivered = await Note(session, request.MessageIds, Mailbox.Of(session.Caller), request.Via) };
}
