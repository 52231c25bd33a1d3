using System.ComponentModel;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>How far the recipients of a message to everyone in a project have come.</summary>
public sealed record EveryoneCounts
{
    [Description("How many agents it went to.")]
    public required long Recipients { get; init; }

    [Description("How many of them had it put into a session, or came further.")]
    public long? Delivered { get; init; }

    [Description("How many have read it, or acknowledged it.")]
    public long? Read { get; init; }

    [Description("How many have acknowledged it.")]
    public long? Acked { get; init; }
}

/// <summary>
/// A message to everyone that a project had when it was sent: written once, however many they are, and read by each. Its recipients are the
/// agents up to a place in the order in which they came, except the sender; what one of them does with it is a row of its own, made then.
/// </summary>
/// <param name="Home">The project.</param>
/// <param name="Seq">The message; 0 before it has one.</param>
/// <param name="Sender">As a recipient is written.</param>
/// <param name="Place">Of the last agent that it is for.</param>
/// <param name="Recipients">How many they are.</param>
internal sealed record Everyone(string Home, long Seq, string Sender, long Place, long Recipients)
{
    /// <summary>So many recipients are named in an answer.</summary>
    public const int MostNamed = 50;

    public DateTimeOffset? AckBy { get; init; }

    public DateTimeOffset? OverdueAt { get; init; }

    /// <summary>In a query of <c>everyone e</c>: that it is for <c>@owner</c>, an agent of <c>@home</c>.</summary>
    public const string IsForOwner = "e.sender <> @owner AND e.place >= (SELECT a.place FROM agents a WHERE a.agent = @owner AND a.project = @home)";

    /// <summary>In a query of <c>everyone e</c>: that <c>@owner</c> may not have read it.</summary>
    public const string IsAfterRead =
        "e.seq > (SELECT COALESCE(MAX(f.seq), 0) FROM everyone_read f WHERE f.project = @home AND f.recipient = @owner)";

    /// <summary>Beside <c>everyone e</c>: how far <c>@owner</c> has come with it.</summary>
    public const string OwnState = "LEFT JOIN everyone_states s ON s.project = e.project AND s.recipient = @owner AND s.seq = e.seq";

    private const string Columns = "e.project, e.seq, e.sender, e.place, e.recipients, e.ack_by, e.overdue_at";

    /// <summary>Everyone that a project has now but the speaker.</summary>
    public static async ValueTask<Everyone> Now(Session session, string home, string speaker) => (await session.First(
        """
        SELECT COUNT(*) AS recipients, COALESCE(MAX(a.place), 0) AS place FROM agents a WHERE a.project = @project AND a.agent <> @speaker
        """, // agents_by_place
        row => new Everyone(home, 0, speaker, row.Number("place"), row.Number("recipients")),
        ("project", home),
        ("speaker", speaker)))!;

    /// <summary>The message's recipients as it was sent to everyone of a project; null when it was not.</summary>
    public static async ValueTask<Everyone?> Of(Session session, Envelope message) =>
        !message.To.Any(to => to.StartsWith("all/", StringComparison.Ordinal)) ? null : await Of(session, message.Seq);

    public static ValueTask<Everyone?> Of(Session session, long seq) => session.First(
        $"SELECT {Columns} FROM everyone e WHERE e.seq = @seq",
        row => new Everyone(row.Text("project"), row.Number("seq"), row.Text("sender"), row.Number("place"), row.Number("recipients"))
        {
            AckBy = row.TimeOrNull("ack_by"),
            OverdueAt = row.TimeOrNull("overdue_at"),
        },
        ("seq", seq));

    public async ValueTask Add(Session session, Message message) => await session.Execute(
        """
        INSERT INTO everyone (project, seq, sender, place, recipients, ack_by)
        VALUES (@project, @seq, @sender, @place, @recipients, @ack_by)
        """,
        ("project", Home),
        ("seq", message.Seq),
        ("sender", Sender),
        ("place", Place),
        ("recipients", Recipients),
        ("ack_by", message.AckBy));

    /// <summary>How far the mailbox's owner has come with it; null when it is not for them.</summary>
    public async ValueTask<Receipt?> Own(Session session, Mailbox mailbox) => mailbox.Owner is not { } owner || mailbox.Home != Home ? null : await session.First(
        $"""
        SELECT s.recipient, s.state, s.delivered_at, s.delivered_via, s.read_at, s.acked_at
        FROM everyone e {OwnState} WHERE e.seq = @seq AND {IsForOwner}
        """,
        row => Read(row, owner),
        ("seq", Seq),
        ("owner", owner),
        ("home", Home));

    /// <summary>How far the first of its recipients have come, by their names.</summary>
    public ValueTask<List<Receipt>> Named(Session session, bool lateOnly = false) => session.Query(
        """
        SELECT a.agent, s.state, s.delivered_at, s.delivered_via, s.read_at, s.acked_at
        FROM agents a LEFT JOIN everyone_states s ON s.project = a.project AND s.recipient = a.agent AND s.seq = @seq
        WHERE a.project = @project AND a.place <= @place AND a.agent <> @sender AND (@late = 0 OR COALESCE(s.state, 'unread') <> 'acked')
        ORDER BY a.agent LIMIT @most
        """,
        row => Read(row, row.Text("agent")),
        ("seq", Seq),
        ("project", Home),
        ("place", Place),
        ("sender", Sender),
        ("late", lateOnly),
        ("most", (long)MostNamed));

    /// <summary>How far they all have come.</summary>
    public async ValueTask<EveryoneCounts> Counts(Session session)
    {
        // everyone_states_by_message
        var states = await session.Query(
            "SELECT state, COUNT(*) AS count FROM everyone_states WHERE project = @project AND seq = @seq GROUP BY state",
            row => (State: row.Text("state"), Count: row.Number("count")),
            ("project", Home),
            ("seq", Seq));
        long In(params ReadOnlySpan<string> wanted)
        {
            long sum = 0;
            foreach (var (state, count) in states)
            {
                sum += wanted.Contains(state) ? count : 0;
            }
            return sum;
        }
        return new() { Recipients = Recipients, Delivered = In("unread", "read", "acked"), Read = In("read", "acked"), Acked = In("acked") };
    }

    /// <summary>Notes that it was put into a session of a recipient; true the first time.</summary>
    public async ValueTask<bool> MarkDelivered(Session session, string owner, DeliveryRoute route) => await session.ExecuteCounted(
        """
        INSERT INTO everyone_states (project, recipient, seq, state, delivered_at, delivered_via)
        VALUES (@project, @owner, @seq, 'unread', @now, @route)
        ON CONFLICT (project, recipient, seq) DO NOTHING
        """,
        ("project", Home),
        ("owner", owner),
        ("seq", Seq),
        ("now", session.Now),
        ("route", route.Text())) > 0;

    /// <summary>Notes that a recipient has read it; true the first time.</summary>
    public async ValueTask<bool> MarkRead(Session session, string owner)
    {
        var first = await session.ExecuteCounted(
            """
            INSERT INTO everyone_states (project, recipient, seq, state, delivered_at, delivered_via, read_at)
            VALUES (@project, @owner, @seq, 'read', @now, 'read', @now)
            ON CONFLICT (project, recipient, seq) DO UPDATE SET state = 'read', read_at = excluded.read_at WHERE everyone_states.state = 'unread'
            """,
            ("project", Home),
            ("owner", owner),
            ("seq", Seq),
            ("now", session.Now)) > 0;
        if (first)
        {
            await Pass(session, owner);
        }
        return first;
    }

    /// <summary>Moves a recipient, who has read it, to the last state; false when they were there.</summary>
    public async ValueTask<bool> Settle(Session session, string owner) => await session.ExecuteCounted(
        """
        UPDATE everyone_states SET state = 'acked', acked_at = @now
        WHERE project = @project AND recipient = @owner AND seq = @seq AND state <> 'acked'
        """,
        ("project", Home),
        ("owner", owner),
        ("seq", Seq),
        ("now", session.Now)) > 0;

    // Remembers up to where there is nothing unread, at most up to this message: what comes later is not looked at here.
    private async ValueTask Pass(Session session, string owner)
    {
        var unread = await session.Scalar(
            $"""
            SELECT e.seq FROM everyone e {OwnState}
            WHERE e.project = @home AND e.seq <= @seq AND {IsAfterRead} AND {IsForOwner} AND COALESCE(s.state, 'unread') = 'unread'
            ORDER BY e.seq LIMIT 1
            """,
            ("home", Home),
            ("owner", owner),
            ("seq", Seq));
        await session.Execute(
            """
            INSERT INTO everyone_read (project, recipient, seq) VALUES (@project, @owner, @seq)
            ON CONFLICT (project, recipient) DO UPDATE SET seq = excluded.seq WHERE everyone_read.seq < excluded.seq
            """,
            ("project", Home),
            ("owner", owner),
            ("seq", Math.Min(await session.Horizon(), unread - 1 ?? Seq)));
    }

    // Who acknowledged in time is not overdue, and who did not is, also when they do so afterwards.
    private Receipt Read(Row row, string recipient)
    {
        var state = Words.Parse<MessageState>(row.TextOrNull("state")) ?? MessageState.Unread;
        var deliveredAt = row.TimeOrNull("delivered_at");
        var ackedAt = row.TimeOrNull("acked_at");
        return new()
        {
            Recipient = recipient,
            State = state,
            Delivery = Deliveries.Stage(state, deliveredAt),
            DeliveredAt = deliveredAt,
            DeliveredVia = Words.Parse<DeliveryRoute>(row.TextOrNull("delivered_via")),
            ReadAt = row.TimeOrNull("read_at"),
            AckedAt = ackedAt,
            OverdueAt = OverdueAt is { } over && (ackedAt is null || ackedAt > over) ? over : null,
        };
    }
}
