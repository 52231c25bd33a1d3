using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// The lease behind the holder of an issue. It has no time of its own: every sign of life of its holder keeps it for as long as an agent
/// may be silent, so it is over when the holder is stale.
/// </summary>
internal static class ClaimBook
{
    /// <summary>The issue's claim that nobody ended yet, over or not; null when there is none.</summary>
    public static ValueTask<Lease?> Of(Session session, Issue issue) => session.First(
        $"""
        SELECT {LeaseRows.Columns} FROM leases l
        WHERE l.project = @project AND l.kind = 'claim' AND l.root = @issue AND l.state = 'active'
        """, // leases_by_root
        LeaseRows.Read,
        ("project", issue.Project),
        ("issue", issue.IssueId));

    /// <summary>The agent holds the issue from now on, in place of whoever did before.</summary>
    public static async ValueTask<Lease> Take(Session session, Issue issue, AgentId agent)
    {
        await End(session, issue, LeaseState.Expired);
        var lease = new Lease
        {
            LeaseId = LeaseId.New(LeaseKind.Claim),
            Project = issue.Project,
            Kind = LeaseKind.Claim,
            Scope = issue.IssueId.Value,
            Mode = LeaseMode.Exclusive,
            Holder = agent,
            Operator = (await AgentRegistry.Any(session, agent))?.Operator,
            IssueId = issue.IssueId,
            Token = await Tokens.Next(session, issue.Project),
            AcquiredAt = session.Now,
            RenewedAt = session.Now,
            ExpiresAt = session.Now + Signs.StaleAfter,
            Ttl = Signs.StaleAfter,
            State = LeaseState.Active,
        };
        await LeaseRows.Add(session, lease, root: issue.IssueId.Value, tail: "");
        return lease;
    }

    /// <summary>Nobody holds the issue any more.</summary>
    public static async ValueTask End(Session session, Issue issue, LeaseState state)
    {
        if (await Of(session, issue) is { } lease)
        {
            await LeaseRows.End(session, lease, state);
        }
    }

    /// <summary>The agent gave a sign: it keeps what it holds, but not what it lost before.</summary>
    public static async ValueTask Keep(Session session, AgentId agent) => await session.Execute(
        """
        UPDATE leases SET renewed_at = @now, expires_at = @until
        WHERE holder = @agent AND state = 'active' AND kind = 'claim' AND expires_at > @now
        """, // leases_by_holder
        ("now", session.Now),
        ("until", session.Now + Signs.StaleAfter),
        ("agent", agent));

    /// <summary>True when the agent's latest claim of the issue was lost, and it does not know or did not claim it again.</summary>
    public static async ValueTask<bool> HasLost(Session session, Issue issue, AgentId agent)
    {
        var last = await session.First(
            $"""
            SELECT {LeaseRows.Columns} FROM leases l
            WHERE l.project = @project AND l.kind = 'claim' AND l.root = @issue AND l.holder = @agent
            ORDER BY l.token DESC LIMIT 1
            """, // leases_by_claim
            LeaseRows.Read,
            ("project", issue.Project),
            ("issue", issue.IssueId),
            ("agent", agent));
        return last is not null && last.State != LeaseState.Released && !LeaseBook.IsLive(last, session.Now);
    }
}
