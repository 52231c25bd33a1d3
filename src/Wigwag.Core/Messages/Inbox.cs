using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>
/// Reads a mailbox. It has three lists: the owner's own deliveries, a range of the deliveries' primary key, those that their project
/// shares, another range of it, and what was sent to everyone in the project; what is unread of the first two lies in <c>waiting</c>, under the same key, which settled rows leave. Every range is already
/// in the order of sending, so a page reads at most its own length from each, however many messages are stored, and merges them here.
/// </summary>
internal static class Inbox
{
    /// <summary>From this place on: everything.</summary>
    public const long Newest = long.MaxValue;

    // By the primary key, a row for each row of the page; not a join, which a planner could turn around.
    private const string DeliveredAt =
        "(SELECT d.delivered_at FROM deliveries d WHERE d.project = w.project AND d.recipient = w.recipient AND d.seq = w.seq) AS delivered_at";

    // The primary key (project, recipient, seq); messages by seq.
    internal const string Own =
        $"""
        SELECT {MessageRows.Line}, d.state, d.taken_by, d.taken_at, d.delivered_at
        FROM deliveries d JOIN messages m ON m.seq = d.seq
        WHERE d.project = @home AND d.recipient = @owner AND d.seq < @before
        ORDER BY d.seq DESC LIMIT @limit
        """;

    internal const string OwnUnread =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, {DeliveredAt}
        FROM waiting w JOIN messages m ON m.seq = w.seq
        WHERE w.project = @home AND w.recipient = @owner AND w.seq < @before
        ORDER BY w.seq DESC LIMIT @limit
        """;

    internal const string OwnArrived =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, {DeliveredAt}
        FROM waiting w JOIN messages m ON m.seq = w.seq
        WHERE w.project = @home AND w.recipient = @owner AND w.seq > @after AND w.seq < @before
        ORDER BY w.seq LIMIT @limit
        """;

    // The primary key (project, recipient, seq); the reader's note by its own primary key.
    internal const string Shared =
        $"""
        SELECT {MessageRows.Line}, d.taken_by, d.taken_at, d.delivered_at,
          CASE WHEN d.state = 'acked' THEN 'acked' WHEN r.reader IS NOT NULL THEN 'read' ELSE 'unread' END AS state
        FROM deliveries d
        JOIN messages m ON m.seq = d.seq
        LEFT JOIN delivery_reads r ON r.project = d.project AND r.reader = @owner AND r.seq = d.seq
        WHERE d.project = @shared AND d.recipient = '*' AND d.seq < @before
        ORDER BY d.seq DESC LIMIT @limit
        """;

    internal const string SharedUnread =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, {DeliveredAt}
        FROM waiting w JOIN messages m ON m.seq = w.seq
        WHERE w.project = @shared AND w.recipient = '*' AND w.seq < @before
          AND NOT EXISTS (SELECT 1 FROM delivery_reads r WHERE r.project = w.project AND r.reader = @owner AND r.seq = w.seq)
        ORDER BY w.seq DESC LIMIT @limit
        """;

    internal const string SharedArrived =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, {DeliveredAt}
        FROM waiting w JOIN messages m ON m.seq = w.seq
        WHERE w.project = @shared AND w.recipient = '*' AND w.seq > @after AND w.seq < @before
          AND NOT EXISTS (SELECT 1 FROM delivery_reads r WHERE r.project = w.project AND r.reader = @owner AND r.seq = w.seq)
        ORDER BY w.seq LIMIT @limit
        """;

    // The primary key (project, seq); what is read of it by keys of its own.
    internal const string All =
        $"""
        SELECT {MessageRows.Line}, COALESCE(s.state, 'unread') AS state, NULL AS taken_by, NULL AS taken_at, s.delivered_at
        FROM everyone e JOIN messages m ON m.seq = e.seq {Everyone.OwnState}
        WHERE e.project = @home AND e.seq < @before AND {Everyone.IsForOwner}
        ORDER BY e.seq DESC LIMIT @limit
        """;

    internal const string AllUnread =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, s.delivered_at
        FROM everyone e JOIN messages m ON m.seq = e.seq {Everyone.OwnState}
        WHERE e.project = @home AND e.seq < @before AND {Everyone.IsAfterRead} AND {Everyone.IsForOwner} AND COALESCE(s.state, 'unread') = 'unread'
        ORDER BY e.seq DESC LIMIT @limit
        """;

    internal const string AllArrived =
        $"""
        SELECT {MessageRows.Line}, 'unread' AS state, NULL AS taken_by, NULL AS taken_at, s.delivered_at
        FROM everyone e JOIN messages m ON m.seq = e.seq {Everyone.OwnState}
        WHERE e.project = @home AND e.seq > @after AND e.seq < @before AND {Everyone.IsAfterRead} AND {Everyone.IsForOwner}
          AND COALESCE(s.state, 'unread') = 'unread'
        ORDER BY e.seq LIMIT @limit
        """;

    internal const string CountAll =
        $"""
        SELECT COUNT(*) FROM everyone e {Everyone.OwnState}
        WHERE e.project = @home AND {Everyone.IsAfterRead} AND {Everyone.IsForOwner} AND COALESCE(s.state, 'unread') = 'unread'
        """;

    // everyone_owed
    internal const string CountAllOwed =
        $"""
        SELECT COUNT(*) FROM everyone e {Everyone.OwnState}
        WHERE e.project = @home AND e.ack_by IS NOT NULL AND {Everyone.IsForOwner} AND COALESCE(s.state, 'unread') <> 'acked'
        """;

    internal const string CountOwn = "SELECT COUNT(*) FROM waiting w WHERE w.project = @home AND w.recipient = @owner";

    internal const string CountShared =
        """
        SELECT COUNT(*) FROM waiting w
        WHERE w.project = @shared AND w.recipient = '*'
          AND NOT EXISTS (SELECT 1 FROM delivery_reads r WHERE r.project = w.project AND r.reader = @owner AND r.seq = w.seq)
        """;

    // deliveries_owed
    internal const string CountOwed =
        """
        SELECT COUNT(*) FROM deliveries d
        WHERE d.project = @project AND d.recipient = @recipient AND d.is_owed = 1
        """;

    // The last entry of a range of the primary key.
    internal const string LastOfAll = "SELECT MAX(e.seq) FROM everyone e WHERE e.project = @project";

    internal const string LastOf = "SELECT MAX(d.seq) FROM deliveries d WHERE d.project = @project AND d.recipient = @recipient";

    /// <summary>The messages before a place, newest first, at most <paramref name="limit"/>, and whether there are more.</summary>
    public static async ValueTask<(List<Envelope> Messages, bool More)> Page(
        Session session, Mailbox mailbox, bool unread, long before, int limit)
    {
        var rows = new List<(Message Message, bool HasFiles)>();
        if (mailbox.HasOwn)
        {
            rows.AddRange(await Read(session, unread ? OwnUnread : Own, mailbox, before: before, limit: limit + 1));
        }
        if (mailbox.IsAmongEveryone)
        {
            rows.AddRange(await Read(session, unread ? AllUnread : All, mailbox, before: before, limit: limit + 1));
        }
        if (mailbox.Shared is not null)
        {
            rows.AddRange(await Read(session, unread ? SharedUnread : Shared, mailbox, before: before, limit: limit + 1));
        }
        // Own copies come first, and stay where a message was sent to an agent and to its project.
        var merged = rows.DistinctBy(row => row.Message.Seq).OrderByDescending(row => row.Message.Seq).ToList();
        var page = await MessageRows.WithFiles(session, merged.Take(limit));
        return ([.. page.Select(MessageRows.Shorten)], merged.Count > limit);
    }

    /// <summary>What is unread after a place, oldest first, at most <paramref name="limit"/>.</summary>
    public static async ValueTask<List<Envelope>> Arrived(Session session, Mailbox mailbox, long after, int limit)
    {
        var horizon = await session.Horizon();
        var before = horizon == Newest ? Newest : horizon + 1;
        var rows = new List<(Message Message, bool HasFiles)>();
        if (mailbox.HasOwn)
        {
            rows.AddRange(await Read(session, OwnArrived, mailbox, after: after, before: before, limit: limit));
        }
        if (mailbox.IsAmongEveryone)
        {
            rows.AddRange(await Read(session, AllArrived, mailbox, after: after, before: before, limit: limit));
        }
        if (mailbox.Shared is not null)
        {
            rows.AddRange(await Read(session, SharedArrived, mailbox, after: after, before: before, limit: limit));
        }
        var arrived = rows.DistinctBy(row => row.Message.Seq).OrderBy(row => row.Message.Seq).Take(limit);
        return [.. (await MessageRows.WithFiles(session, arrived)).Select(MessageRows.Shorten)];
    }

    public static async ValueTask<UnreadCounts> Counts(Session session, Mailbox mailbox)
    {
        var own = !mailbox.HasOwn ? 0 : await Count(CountOwn, mailbox.Home, mailbox.Owner!);
        var owed = !mailbox.HasOwn ? 0 : await Count(CountOwed, mailbox.Home, mailbox.Owner!);
        var shared = 0L;
        if (mailbox.IsAmongEveryone)
        {
            var (unread, unacknowledged) = await CountEveryone(session, mailbox);
            own += unread;
            owed += unacknowledged;
        }
        if (mailbox.Shared is { } project)
        {
            shared = await Count(CountShared, project.Value, Mailbox.Everyone);
            owed += await Count(CountOwed, project.Value, Mailbox.Everyone);
        }
        return new() { Unread = own + shared, ToYou = own, ToProject = shared, ToAcknowledge = owed };

        async ValueTask<long> Count(string sql, string project, string recipient) => await session.Scalar(
            sql,
            ("home", mailbox.Home),
            ("owner", mailbox.Owner ?? ""),
            ("shared", mailbox.Shared),
            ("project", project),
            ("recipient", recipient)) ?? 0;
    }

    /// <summary>What of the messages to everyone in the owner's project they have not read, and what they are to acknowledge.</summary>
    public static async ValueTask<(long Unread, long Unacknowledged)> CountEveryone(Session session, Mailbox mailbox)
    {
        (string, object?)[] parameters = [("home", mailbox.Home), ("owner", mailbox.Owner!)];
        return (await session.Scalar(CountAll, parameters) ?? 0, await session.Scalar(CountAllOwed, parameters) ?? 0);
    }

    /// <summary>The place of the newest message, read or not, before which none can still arrive; 0 in an empty mailbox.</summary>
    public static async ValueTask<long> End(Session session, Mailbox mailbox)
    {
        var horizon = await session.Horizon();
        var own = mailbox.HasOwn ? await Last(mailbox.Home, mailbox.Owner!) : 0;
        own = mailbox.IsAmongEveryone ? Math.Max(own, await session.Scalar(LastOfAll, ("project", mailbox.Home)) ?? 0) : own;
        return Math.Min(horizon, Math.Max(own, mailbox.Shared is { } shared ? await Last(shared.Value, Mailbox.Everyone) : 0));

        async ValueTask<long> Last(string project, string recipient) =>
            await session.Scalar(LastOf, ("project", project), ("recipient", recipient)) ?? 0;
    }

    private static ValueTask<List<(Message, bool)>> Read(
        Session session, string sql, Mailbox mailbox, int limit, long before = Newest, long after = 0) => session.Query(
        sql,
        MessageRows.ReadDelivered,
        ("home", mailbox.Home),
        ("owner", mailbox.Owner ?? ""),
        ("shared", mailbox.Shared),
        ("after", after),
        ("before", before),
        ("limit", (long)limit));
}

/// <summary>How much waits in a mailbox.</summary>
public sealed record UnreadCounts
{
    [Description("All that is unread.")]
    public required long Unread { get; init; }

    [Description("Unread messages to you by name.")]
    public required long ToYou { get; init; }

    [Description("Unread messages to your project that nobody has taken or acknowledged.")]
    public required long ToProject { get; init; }

    [Description("Messages, read or not, whose sender waits for an acknowledgement.")]
    public required long ToAcknowledge { get; init; }
}
