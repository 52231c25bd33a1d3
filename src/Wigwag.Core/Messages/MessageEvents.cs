using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>The facts that messages append to the log. A reader folds them by message id; the body stays with the message.</summary>
public static class MessageEvents
{
    public static readonly EventKind<Envelope> Sent = new("message.sent", MessagesJson.Default);

    public static readonly EventKind<MessageDelivered> Delivered = new("message.delivered", MessagesJson.Default);

    public static readonly EventKind<MessageRead> Read = new("message.read", MessagesJson.Default);

    public static readonly EventKind<MessageAcked> Acked = new("message.acked", MessagesJson.Default);

    public static readonly EventKind<MessageTaken> Taken = new("message.taken", MessagesJson.Default);

    public static readonly EventKind<MessageOverdue> Overdue = new("message.overdue", MessagesJson.Default);

    public static IReadOnlyList<EventKind> All { get; } = [Sent, Delivered, Read, Acked, Taken, Overdue];
}

/// <param name="Recipient">Whose delivery: an agent, a project's id, or operator:&lt;name&gt;.</param>
/// <param name="By">Into whose session it came.</param>
/// <param name="Via">How.</param>
public sealed record MessageDelivered(MessageId MessageId, ThreadId ThreadId, [property: OthersText] string Recipient, [property: OthersText] string By, DeliveryRoute Via);

/// <param name="Recipient">Whose delivery: an agent, a project's id, or operator:&lt;name&gt;.</param>
/// <param name="By">Who read it.</param>
public sealed record MessageRead(MessageId MessageId, ThreadId ThreadId, [property: OthersText] string Recipient, [property: OthersText] string By);

/// <param name="Recipient">Whose delivery: an agent, a project's id, or operator:&lt;name&gt;.</param>
/// <param name="By">Who acknowledged it.</param>
public sealed record MessageAcked(MessageId MessageId, ThreadId ThreadId, [property: OthersText] string Recipient, [property: OthersText] string By);

/// <param name="Recipient">The project that it was sent to.</param>
/// <param name="By">Who owns it now.</param>
/// <param name="From">Who owned it before and has left.</param>
public sealed record MessageTaken(MessageId MessageId, ThreadId ThreadId, IssueId? IssueId, [property: OthersText] string Recipient, [property: OthersText] string By, [property: OthersText] string? From);

/// <param name="Recipients">Who has not acknowledged; of a message to everyone, the first of them.</param>
public sealed record MessageOverdue(
    MessageId MessageId, ThreadId ThreadId, [property: OthersText] IReadOnlyList<string> Recipients, DateTimeOffset AckBy)
{
    /// <summary>How many more have not; null when those are all.</summary>
    public long? More { get; init; }
}
