using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Faults.Simulation;

/// <summary>What holds after every step, compared with what held before it.</summary>
internal sealed class Invariants
{
    /// <summary>A slot that may be given more than the one place that every slot has.</summary>
    public const string WideSlot = "gpu";

    public const int Places = 2;

    private State? _before;

    private sealed record DeliveryState(string Id, int Rank, bool IsOwed, string? TakenBy, long? OverdueAt, bool IsWaiting);

    private sealed record LeaseState(string Id, string Kind, string Project, string Scope, bool IsShared, string Holder, long Token, long ExpiresAt, bool IsActive)
    {
        public bool IsLiveAt(long time) => IsActive && ExpiresAt > time;
    }

    private sealed record IssueState(string Id, string Status, string? Assignee);

    private sealed record State(
        long Events,
        long LastSeq,
        long LastAt,
        Dictionary<string, string> Messages,
        Dictionary<string, DeliveryState> Deliveries,
        List<IssueState> Issues,
        List<(string Issue, string On)> Dependencies,
        List<string> Sent,
        List<string> Disordered,
        Dictionary<string, long> SeenAt,
        ILookup<string, long> LeftIn,
        Dictionary<string, LeaseState> Leases,
        long At);

    /// <summary>How many events the log holds, presence aside: whoever asks for anything is there.</summary>
    public static async Task<long> Events(IStore store) => (await store.Read<long>(
        Caller.System,
        async (session, _) => await session.Scalar("SELECT COUNT(*) FROM events WHERE kind NOT LIKE 'agent.%'") ?? 0,
        CancellationToken.None)).Value;

    /// <summary>The first that does not hold, or null.</summary>
    /// <param name="store">Where.</param>
    /// <param name="passed">The time that truly passed since the last look; null when the store was opened since, and trusts the wall.</param>
    public async Task<string?> Broken(IStore store, TimeSpan? passed)
    {
        var now = (await store.Read<State>(Caller.System, async (session, _) => await Read(session), CancellationToken.None)).Value;
        var broken = Of(now).Concat(_before is { } before ? Since(before, now) : [])
            .Concat(_before is { } and && passed is { } time ? Early(and, now, (long)time.TotalMilliseconds) : []).FirstOrDefault();
        _before = now;
        return broken;
    }

    private static IEnumerable<string> Of(State now)
    {
        foreach (var id in now.Messages.Keys.Except(now.Sent))
        {
            yield return $"{id} is kept and the log does not tell of it";
        }
        foreach (var id in now.Sent.Except(now.Messages.Keys))
        {
            yield return $"the log tells of {id}, which is not kept";
        }
        if (now.Sent.Count != now.Sent.Distinct().Count())
        {
            yield return "the log tells twice that a message was sent";
        }
        foreach (var each in now.Disordered)
        {
            yield return $"the log's time goes back at {each}";
        }
        foreach (var delivery in now.Deliveries.Values)
        {
            if (delivery.IsWaiting && delivery.Rank == 2)
            {
                yield return $"{delivery.Id} is acknowledged and still waits";
            }
            if (!delivery.IsWaiting && delivery.Rank == 0 && delivery.TakenBy is null)
            {
                yield return $"{delivery.Id} is unread and does not wait";
            }
            if (delivery.IsOwed && delivery.Rank == 2)
            {
                yield return $"{delivery.Id} is acknowledged and still owed";
            }
        }
        foreach (var slot in now.Leases.Values.Where(lease => lease.Kind == "slot" && lease.IsLiveAt(now.At)).GroupBy(lease => (lease.Project, lease.Scope)))
        {
            if (slot.Count() > (slot.Key.Scope == WideSlot ? Places : 1) || slot.Count() != slot.Select(lease => lease.Holder).Distinct().Count())
            {
                yield return $"too many hold a slot: {string.Join(" and ", slot)}";
            }
        }
        foreach (var issue in now.Leases.Values.Where(lease => lease.Kind == "claim" && lease.IsActive).GroupBy(lease => lease.Scope).Where(issue => issue.Count() > 1))
        {
            yield return $"an issue has two claims: {string.Join(" and ", issue)}";
        }
        var live = now.Leases.Values.Where(lease => lease.Kind == "reservation" && lease.IsLiveAt(now.At)).ToList();
        foreach (var (one, other) in live.SelectMany(one => live.Select(other => (one, other))).Where(pair => string.CompareOrdinal(pair.one.Id, pair.other.Id) < 0))
        {
            if (one.Project == other.Project && one.Holder != other.Holder && !(one.IsShared && other.IsShared) && Paths.Overlap(one.Scope, other.Scope))
            {
                yield return $"two hold what overlaps: {one} and {other}";
            }
        }
        foreach (var issue in now.Issues.Where(issue => (issue.Status == "in_progress") && issue.Assignee is null))
        {
            yield return $"{issue.Id} is in progress and nobody holds it";
        }
        foreach (var start in now.Dependencies.Select(each => each.Issue).Distinct())
        {
            var seen = new HashSet<string>();
            var open = new Stack<string>(now.Dependencies.Where(each => each.Issue == start).Select(each => each.On));
            while (open.TryPop(out var issue))
            {
                if (issue == start)
                {
                    yield return $"{start} waits for itself";
                    yield break;
                }
                if (seen.Add(issue))
                {
                    now.Dependencies.Where(each => each.Issue == issue).ToList().ForEach(each => open.Push(each.On));
                }
            }
        }
    }

    private static IEnumerable<string> Since(State before, State now)
    {
        if (now.Events < before.Events || now.LastSeq < before.LastSeq || now.LastAt < before.LastAt)
        {
            yield return $"the log went back: {before.Events} events to {now.LastSeq}, then {now.Events} to {now.LastSeq}";
        }
        foreach (var (id, text) in before.Messages)
        {
            if (now.Messages.GetValueOrDefault(id) != text)
            {
                yield return $"{id} was changed or lost";
            }
        }
        foreach (var (id, lease) in now.Leases)
        {
            if (!before.Leases.TryGetValue(id, out var was))
            {
                if (before.Leases.Values.Any(older => older.Project == lease.Project && older.Token >= lease.Token))
                {
                    yield return $"{lease} has a token that is not newer than those before it";
                }
            }
            else if ((lease.IsActive && !was.IsActive) || lease.Token < was.Token || (lease.ExpiresAt > was.ExpiresAt && lease.Token == was.Token && was.ExpiresAt <= before.At))
            {
                yield return $"a lease came back: {was}, then {lease}";
            }
        }
        foreach (var (id, was) in before.Deliveries)
        {
            if (now.Deliveries.GetValueOrDefault(id) is not { } @is)
            {
                yield return $"the delivery {id} was lost";
            }
            else if (@is.Rank < was.Rank || (@is.IsOwed && !was.IsOwed) || (@is.IsWaiting && !was.IsWaiting)
                || (was.TakenBy is { } owner && @is.TakenBy != owner && !WasGone(owner, before, now)) || (was.OverdueAt is not null && @is.OverdueAt != was.OverdueAt))
            {
                yield return $"a delivery went back: {was}, then {@is}";
            }
        }
    }

    // Whatever the wall shows, a lease has what was left of it, less what passed.
    private static IEnumerable<string> Early(State before, State now, long passed)
    {
        foreach (var (id, was) in before.Leases)
        {
            var left = was.ExpiresAt - before.At - passed;
            if (was.IsActive && left > 0 && now.Leases.GetValueOrDefault(id) is { IsActive: true } @is && @is.Token == was.Token && @is.ExpiresAt - now.At < left)
            {
                yield return $"a lease ended early: {left} ms were left of {was}, then {@is} at {now.At}";
            }
        }
    }

    // What an owner who left, or was silent for long, holds may be taken over; also when they came back in the same moment.
    private static bool WasGone(string owner, State before, State now) =>
        !before.SeenAt.TryGetValue(owner, out var seen)
        || now.At - seen > (long)Signs.StaleAfter.TotalMilliseconds
        || now.LeftIn[owner].Any(seq => seq > before.LastSeq);

    private static async ValueTask<State> Read(Session session)
    {
        var deliveries = await session.Query(
            """
            SELECT d.project || ' ' || d.recipient || ' ' || d.seq AS id, d.state, d.is_owed, d.taken_by, d.overdue_at, w.seq AS waits
            FROM deliveries d LEFT JOIN waiting w ON w.project = d.project AND w.recipient = d.recipient AND w.seq = d.seq
            UNION ALL
            SELECT e.project || ' ' || e.recipient || ' ' || e.seq, e.state, 0, NULL, NULL, CASE WHEN e.state = 'unread' THEN e.seq END
            FROM everyone_states e
            """,
            row => new DeliveryState(
                row.Text("id"),
                row.Text("state") switch { "unread" => 0, "read" => 1, _ => 2 },
                row.Flag("is_owed"),
                row.TextOrNull("taken_by"),
                row.NumberOrNull("overdue_at"),
                row.NumberOrNull("waits") is not null));
        var messages = await session.Query(
            "SELECT message_id, thread_id || sender || category || subject || body || created_at AS text FROM messages",
            row => (Id: row.Text("message_id"), Text: row.Text("text")));
        return new(
            await session.Scalar("SELECT COUNT(*) FROM events") ?? 0,
            await session.Scalar("SELECT MAX(seq) FROM events") ?? 0,
            await session.Scalar("SELECT MAX(at) FROM events") ?? 0,
            messages.ToDictionary(each => each.Id, each => each.Text),
            deliveries.ToDictionary(each => each.Id),
            await session.Query("SELECT issue_id, status, assignee FROM issues", row => new IssueState(row.Text("issue_id"), row.Text("status"), row.TextOrNull("assignee"))),
            await session.Query("SELECT issue_id, depends_on FROM issue_dependencies", row => (row.Text("issue_id"), row.Text("depends_on"))),
            await session.Query("SELECT subject FROM events WHERE kind = 'message.sent'", row => row.Text("subject")),
            await session.Query(
                "SELECT seq FROM (SELECT seq, at, LAG(at) OVER (ORDER BY seq) AS before FROM events) AS log WHERE at < before",
                row => $"{row.Number("seq")}"),
            (await session.Query("SELECT agent, last_seen_at FROM agents WHERE left_at IS NULL", row => (row.Text("agent"), row.Number("last_seen_at"))))
                .ToDictionary(each => each.Item1, each => each.Item2),
            (await session.Query("SELECT subject, seq FROM events WHERE kind = 'agent.offline'", row => (row.Text("subject"), row.Number("seq"))))
                .ToLookup(each => each.Item1, each => each.Item2),
            (await session.Query(
                "SELECT lease_id, kind, project, scope, mode, holder, token, expires_at, state FROM leases",
                row => new LeaseState(
                    row.Text("lease_id"),
                    row.Text("kind"),
                    row.Text("project"),
                    row.Text("scope"),
                    row.Text("mode") == "shared",
                    row.Text("holder"),
                    row.Number("token"),
                    row.Number("expires_at"),
                    row.Text("state") == "active"))).ToDictionary(each => each.Id),
            session.Now.ToUnixTimeMilliseconds());
    }
}
