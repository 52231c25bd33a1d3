using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>One delivery to make: whose, and under which project.</summary>
internal sealed record Delivery(string Home, string Key);

/// <summary>Whom a message goes to.</summary>
/// <param name="Own">Each a delivery of their own, which the agents of a project share where it is theirs.</param>
/// <param name="Everyone">All agents of a project at once.</param>
internal sealed record DeliveryPlan(List<Delivery> Own, List<Everyone> Everyone);

/// <summary>
/// A message's deliveries: their rows and how their state moves, only ever forward. What was sent to a project is one delivery that its
/// present and future agents share; each agent's reading is noted beside it, and taking or acknowledging it settles it for all.
/// </summary>
internal static class Deliveries
{
    /// <param name="Delivery">Whose.</param>
    /// <param name="Receipt">How far it has come.</param>
    /// <param name="Among">For who is one of everyone that it was sent to; null for a delivery of their own or their project's.</param>
    private sealed record Found(Delivery Delivery, Receipt Receipt, Everyone? Among = null);

    /// <summary>The deliveries that recipients mean, each once, and the projects to all of whose agents it goes.</summary>
    public static async ValueTask<Result<DeliveryPlan>> Plan(Session session, IReadOnlyList<Recipient> recipients, Speaker speaker)
    {
        var plan = new List<Delivery>();
        var everyone = new List<Everyone>();
        foreach (var recipient in recipients)
        {
            switch (recipient.Kind)
            {
                case RecipientKind.Everyone:
                    var others = await Everyone.Now(session, recipient.Home, speaker.Key);
                    if (others.Recipients == 0)
                    {
                        return Error.Conflict(
                            "no_recipients",
                            $"No other agent is registered for {recipient.Home}.",
                            $"Send it to {recipient.Home} itself: there it waits for the first agent that comes.");
                    }
                    everyone.Add(others);
                    break;
                case RecipientKind.Project:
                    plan.Add(new(recipient.Home, Mailbox.Everyone));
                    break;
                default:
                    plan.Add(new(recipient.Home, recipient.Written));
                    break;
            }
        }
        return new DeliveryPlan([.. plan.Distinct()], [.. everyone.Distinct()]);
    }

    public static async ValueTask Add(Session session, Message message, DeliveryPlan planned, Speaker speaker)
    {
        foreach (var everyone in planned.Everyone)
        {
            await everyone.Add(session, message);
        }
        var plan = planned.Own;
        foreach (var delivery in plan)
        {
            await session.Execute(
                """
                INSERT INTO deliveries (project, recipient, seq, state, is_owed, ack_by)
                VALUES (@project, @recipient, @seq, 'unread', @is_owed, @ack_by)
                """,
                ("project", delivery.Home),
                ("recipient", delivery.Key),
                ("seq", message.Seq),
                ("is_owed", message.AckRequired),
                ("ack_by", message.AckBy));
            await session.Execute(
                "INSERT INTO waiting (project, recipient, seq) VALUES (@project, @recipient, @seq)",
                ("project", delivery.Home),
                ("recipient", delivery.Key),
                ("seq", message.Seq));
        }
        // Who wrote it, or got a copy of their own, has not to be told of the one that their project shares.
        foreach (var shared in plan.Where(delivery => delivery.Key == Mailbox.Everyone))
        {
            foreach (var reader in plan.Append(new(speaker.Home, speaker.Key)).Where(one => one.Home == shared.Home && one.Key != Mailbox.Everyone))
            {
                await NoteReader(session, shared.Home, reader.Key, message.Seq);
            }
        }
    }

    /// <summary>
    /// What <see cref="All"/> will read of deliveries just made. Reading them would be reading where every other message is being written,
    /// and so make each of two transactions that send at the same time wait for the other's order.
    /// </summary>
    public static async ValueTask<Message> Begun(Session session, Message message, DeliveryPlan plan)
    {
        List<Receipt> named = [];
        foreach (var everyone in plan.Everyone)
        {
            named.AddRange(await everyone.Named(session));
        }
        return message with
        {
            Recipients = [.. Begun(plan.Own), .. named],
            Everyone = plan.Everyone is [var only] ? new() { Recipients = only.Recipients, Delivered = 0, Read = 0, Acked = 0 } : null,
        };
    }

    private static List<Receipt> Begun(IReadOnlyList<Delivery> plan) =>
    [
        .. plan.OrderBy(delivery => delivery.Home, StringComparer.Ordinal).ThenBy(delivery => delivery.Key, StringComparer.Ordinal).Select(delivery => new Receipt
        {
            Recipient = Shown(delivery),
            State = MessageState.Unread,
            Delivery = DeliveryStage.Stored,
        }),
    ];

    /// <summary>The message with every recipient's state, and the state of the mailbox's owner.</summary>
    public static async ValueTask<Message> WithReceipts(Session session, Message message, Mailbox mailbox)
    {
        var all = await All(session, message.Seq);
        var everyone = await Everyone.Of(session, message);
        var among = everyone is null ? null : await everyone.Own(session, mailbox);
        // Its sender, and whoever only looks on, are told of everybody; one recipient of very many is told how far they have come themselves.
        var few = among is not null && everyone!.Recipients > Everyone.MostNamed;
        List<Receipt> named = everyone is null ? [] : few ? [among!] : await everyone.Named(session);
        var mine = Mine(all, mailbox);
        var shared = all.Find(one => one.Delivery.Key == Mailbox.Everyone);
        var state = mine is null || mine.Delivery.Key == Mailbox.Everyone ? among?.State ?? mine?.Receipt.State : mine.Receipt.State;
        if (among is null && mine is { Delivery.Key: Mailbox.Everyone, Receipt.State: not MessageState.Acked })
        {
            state = await HasRead(session, mine.Delivery.Home, mailbox.Owner, message.Seq) ? MessageState.Read : MessageState.Unread;
        }
        return message with
        {
            State = state,
            TakenBy = shared?.Receipt.TakenBy,
            TakenAt = shared?.Receipt.TakenAt,
            Recipients = [.. all.Select(one => one.Receipt), .. named],
            Everyone = everyone is null ? null : few ? new() { Recipients = everyone.Recipients } : await everyone.Counts(session),
        };
    }

    /// <summary>True when it was sent to the mailbox's owner, or to the project that they share in.</summary>
    public static async ValueTask<bool> Reached(Session session, Message message, Mailbox mailbox) => Mine(await Own(session, message, mailbox), mailbox) is not null;

    /// <summary>Notes that the owner has read it: their own copy, and what their project shares.</summary>
    public static async ValueTask MarkRead(Session session, Message message, Mailbox mailbox)
    {
        if (mailbox.Owner is not { } owner)
        {
            return;
        }
        foreach (var (delivery, receipt, among) in Mines(await Own(session, message, mailbox), mailbox))
        {
            var first = among is not null ? await among.MarkRead(session, owner) : await session.ExecuteCounted(
                """
                UPDATE deliveries SET state = 'read', read_at = @now, delivered_at = COALESCE(delivered_at, @now),
                  delivered_via = COALESCE(delivered_via, 'read'), delivered_to = COALESCE(delivered_to, @owner)
                WHERE project = @project AND recipient = @recipient AND seq = @seq AND state = 'unread'
                """,
                ("now", session.Now),
                ("owner", owner),
                ("project", delivery.Home),
                ("recipient", delivery.Key),
                ("seq", message.Seq)) > 0;
            if (among is null && delivery.Key != Mailbox.Everyone)
            {
                await StopWaiting(session, delivery, message.Seq);
            }
            else if (among is null)
            {
                first = await NoteReader(session, delivery.Home, owner, message.Seq);
            }
            if (first)
            {
                await session.Append(
                    MessageEvents.Read,
                    message.Project,
                    message.MessageId.Value,
                    new(message.MessageId, message.ThreadId, receipt.Recipient, owner),
                    Concerned(message, owner));
            }
        }
    }

    /// <summary>Notes that it was put into a session of the owner: their own copy, and what their project shares; the first time counts.</summary>
    public static async ValueTask<bool> MarkDelivered(Session session, Message message, Mailbox mailbox, DeliveryRoute route)
    {
        var isNew = false;
        foreach (var (delivery, receipt, among) in mailbox.Owner is null ? [] : Mines(await Own(session, message, mailbox), mailbox))
        {
            if (among is not null ? await among.MarkDelivered(session, mailbox.Owner!, route) : await session.ExecuteCounted(
                """
                UPDATE deliveries SET delivered_at = @now, delivered_via = @route, delivered_to = @owner
                WHERE project = @project AND recipient = @recipient AND seq = @seq AND delivered_at IS NULL
                """,
                ("now", session.Now),
                ("route", route.Text()),
                ("owner", mailbox.Owner),
                ("project", delivery.Home),
                ("recipient", delivery.Key),
                ("seq", message.Seq)) > 0)
            {
                isNew = true;
                await session.Append(
                    MessageEvents.Delivered,
                    message.Project,
                    message.MessageId.Value,
                    new(message.MessageId, message.ThreadId, receipt.Recipient, mailbox.Owner!, route),
                    Concerned(message, mailbox.Owner!));
            }
        }
        return isNew;
    }

    /// <summary>True for a message that waits and has not been in a session of its recipient.</summary>
    public static bool IsNew(Envelope message) => message is { State: MessageState.Unread, IsDelivered: false };

    /// <summary>Notes that an agent was given these messages; those that are not its own, and were shown to it all the same, stay as they are.</summary>
    public static async ValueTask MarkDelivered(Session session, IEnumerable<Envelope> messages, DeliveryRoute route)
    {
        if (session.Caller is { Agent: not null, Role: >= Role.Agent })
        {
            await NoteDelivery.Note(session, messages.Where(IsNew).Select(message => message.MessageId), Mailbox.Of(session.Caller), route);
        }
    }

    /// <summary>Acknowledges the owner's own copy; without one, what their project shares, for all of it.</summary>
    public static async ValueTask<Result<bool>> Acknowledge(Session session, Message message, Mailbox mailbox)
    {
        if (mailbox.Owner is not { } owner || Mine(await Own(session, message, mailbox), mailbox) is not { } mine)
        {
            return NotRecipient(message);
        }
        await MarkRead(session, message, mailbox);
        if (mine.Among is not null ? await mine.Among.Settle(session, owner) : await Settle(session, message.Seq, mine.Delivery, owner))
        {
            await session.Append(
                MessageEvents.Acked,
                message.Project,
                message.MessageId.Value,
                new(message.MessageId, message.ThreadId, mine.Receipt.Recipient, owner),
                Concerned(message, owner));
            return true;
        }
        var by = mine.Receipt.AckedBy is { } other && other != owner ? other : "you";
        return Error.Conflict(
            "already_acked",
            $"{message.MessageId} was acknowledged by {by} at {mine.Receipt.AckedAt:u}.",
            "Nothing is left to acknowledge; reply if there is more to say.");
    }

    /// <summary>Moves a delivery to its last state; false when it was there.</summary>
    public static async ValueTask<bool> Settle(Session session, long seq, Delivery delivery, string by)
    {
        await StopWaiting(session, delivery, seq);
        return await session.ExecuteCounted(
            """
            UPDATE deliveries SET state = 'acked', is_owed = 0, acked_at = @now, acked_by = @by, read_at = COALESCE(read_at, @now),
              delivered_at = COALESCE(delivered_at, @now), delivered_via = COALESCE(delivered_via, 'read'), delivered_to = COALESCE(delivered_to, @by)
            WHERE project = @project AND recipient = @recipient AND seq = @seq AND state <> 'acked'
            """,
            ("now", session.Now),
            ("by", by),
            ("project", delivery.Home),
            ("recipient", delivery.Key),
            ("seq", seq)) > 0;
    }

    /// <summary>Who is told of a change: the sender, and who caused it.</summary>
    public static HashSet<string> Concerned(Message message, params IEnumerable<string> others) =>
        SenderKey(message) is { } sender ? [.. others, sender] : [.. others];

    /// <summary>The sender as a recipient; null for the server itself.</summary>
    public static string? SenderKey(Envelope message) => message.From.Agent?.Value ?? Operators.Key(message.From.Operator);

    public static Error NotRecipient(Message message) => Error.Forbidden(
        "not_recipient", $"{message.MessageId} was not sent to you.", $"It was sent to {string.Join(", ", message.To.Take(5).Select(to => Quotation.Name(to)))}; reply if you have something to say.");

    private static async ValueTask StopWaiting(Session session, Delivery delivery, long seq) => await session.Execute(
        "DELETE FROM waiting WHERE project = @project AND recipient = @recipient AND seq = @seq",
        ("project", delivery.Home),
        ("recipient", delivery.Key),
        ("seq", seq));

    private static async ValueTask<bool> NoteReader(Session session, string home, string reader, long seq) => await session.ExecuteCounted(
        """
        INSERT INTO delivery_reads (project, reader, seq, read_at)
        VALUES (@project, @reader, @seq, @now)
        ON CONFLICT DO NOTHING
        """,
        ("project", home),
        ("reader", reader),
        ("seq", seq),
        ("now", session.Now)) > 0;

    private static async ValueTask<bool> HasRead(Session session, string home, string? reader, long seq) => await session.Scalar(
        "SELECT 1 FROM delivery_reads WHERE project = @project AND reader = @reader AND seq = @seq",
        ("project", home),
        ("reader", reader),
        ("seq", seq)) is not null;

    private static Found? Mine(List<Found> all, Mailbox mailbox) => Mines(all, mailbox).FirstOrDefault();

    // What was sent to the owner: to them by name, as one of everyone, or to their project.
    private static async ValueTask<List<Found>> Own(Session session, Message message, Mailbox mailbox)
    {
        var all = await All(session, message.Seq);
        if (await Everyone.Of(session, message) is { } everyone && await everyone.Own(session, mailbox) is { } receipt)
        {
            all.Add(new(new(everyone.Home, mailbox.Owner!), receipt, everyone));
        }
        return all;
    }

    // The owner's own copy first, then the one that their project shares.
    private static IEnumerable<Found> Mines(List<Found> all, Mailbox mailbox) => all
        .Where(one => one.Delivery.Key == Mailbox.Everyone
            ? one.Delivery.Home == mailbox.Shared?.Value
            : one.Delivery.Key == mailbox.Owner && one.Delivery.Home == mailbox.Home)
        .OrderBy(one => one.Delivery.Key == Mailbox.Everyone);

    private static string Shown(Delivery delivery) => delivery.Key == Mailbox.Everyone ? delivery.Home : delivery.Key;

    private static ValueTask<List<Found>> All(Session session, long seq) => session.Query(
        """
        SELECT project, recipient, state, delivered_at, delivered_via, delivered_to, read_at, acked_at, acked_by, taken_by, taken_at, overdue_at
        FROM deliveries WHERE seq = @seq
        ORDER BY project, recipient
        """,
        Read,
        ("seq", seq));

    /// <summary>How far a message has come with one recipient.</summary>
    public static DeliveryStage Stage(MessageState state, DateTimeOffset? deliveredAt) => state switch
    {
        MessageState.Acked => DeliveryStage.Acked,
        MessageState.Read => DeliveryStage.Read,
        _ => deliveredAt is null ? DeliveryStage.Stored : DeliveryStage.Delivered,
    };

    private static Found Read(Row row)
    {
        var delivery = new Delivery(row.Text("project"), row.Text("recipient"));
        var state = Words.Row<MessageState>(row.Text("state"));
        var deliveredAt = row.TimeOrNull("delivered_at");
        var receipt = new Receipt
        {
            Recipient = Shown(delivery),
            State = state,
            Delivery = Stage(state, deliveredAt),
            DeliveredAt = deliveredAt,
            DeliveredVia = Words.Parse<DeliveryRoute>(row.TextOrNull("delivered_via")),
            DeliveredTo = delivery.Key == Mailbox.Everyone ? row.TextOrNull("delivered_to") : null,
            ReadAt = row.TimeOrNull("read_at"),
            AckedAt = row.TimeOrNull("acked_at"),
            AckedBy = delivery.Key == Mailbox.Everyone ? row.TextOrNull("acked_by") : null,
            TakenBy = row.TextOrNull("taken_by"),
            TakenAt = row.TimeOrNull("taken_at"),
            OverdueAt = row.TimeOrNull("overdue_at"),
        };
        return new(delivery, receipt);
    }
}
