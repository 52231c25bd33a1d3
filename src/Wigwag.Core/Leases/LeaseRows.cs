using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>Leases as rows: the columns that every statement selects, how they are read and written.</summary>
internal static class LeaseRows
{
    public const string Columns =
        """
        l.project, l.lease_id, l.kind, l.scope, l.mode, l.holder, l.operator, l.issue_id, l.reason, l.token,
        l.acquired_at, l.renewed_at, l.ttl, l.expires_at, l.state
        """;

    public static Lease Read(Row row) => new()
    {
        LeaseId = LeaseId.Parse(row.Text("lease_id")),
        Project = ProjectId.Parse(row.Text("project")),
        Kind = row.Text("kind") switch { "reservation" => LeaseKind.Reservation, "claim" => LeaseKind.Claim, _ => LeaseKind.Slot },
        Scope = row.Text("scope"),
        Mode = row.Text("mode") == "shared" ? LeaseMode.Shared : LeaseMode.Exclusive,
        Holder = AgentId.Parse(row.Text("holder")),
        Operator = row.TextOrNull("operator"),
        IssueId = row.TextOrNull("issue_id") is { } issue ? Issues.IssueId.Parse(issue) : null,
        Reason = row.TextOrNull("reason"),
        Token = row.Number("token"),
        AcquiredAt = row.Time("acquired_at"),
        RenewedAt = row.Time("renewed_at"),
        Ttl = TimeSpan.FromMilliseconds(row.Number("ttl")),
        ExpiresAt = row.Time("expires_at"),
        State = State(row.Text("state")),
    };

    /// <summary>Adds a reservation.</summary>
    public static async ValueTask Add(Session session, Lease lease, Scopes.Scope scope)
    {
        await Add(session, lease, scope.Root, scope.Tail, scope.Glob.IsLiteral ? 0 : scope.Glob.Steps);
        await session.Execute("UPDATE lease_tokens SET held = held + 1 WHERE project = @project", ("project", lease.Project));
    }

    public static async ValueTask Add(Session session, Lease lease, string root, string tail, long steps = 0) => await session.Execute(
        """
        INSERT INTO leases (project, lease_id, kind, scope, root, tail, mode, holder, operator, issue_id, reason, token,
                            acquired_at, renewed_at, ttl, expires_at, state, steps)
        VALUES (@project, @lease_id, @kind, @scope, @root, @tail, @mode, @holder, @operator, @issue_id, @reason, @token,
                @acquired_at, @renewed_at, @ttl, @expires_at, @state, @steps)
        """,
        ("project", lease.Project),
        ("lease_id", lease.LeaseId),
        ("kind", Text(lease.Kind)),
        ("scope", lease.Scope),
        ("root", root),
        ("tail", tail),
        ("mode", Text(lease.Mode)),
        ("holder", lease.Holder),
        ("operator", lease.Operator),
        ("issue_id", lease.IssueId),
        ("reason", lease.Reason),
        ("token", lease.Token),
        ("acquired_at", lease.AcquiredAt),
        ("renewed_at", lease.RenewedAt),
        ("ttl", (long)lease.Ttl.TotalMilliseconds),
        ("expires_at", lease.ExpiresAt),
        ("state", Text(lease.State)),
        ("steps", steps));

    /// <summary>Writes what may change of a lease that is held.</summary>
    public static async ValueTask Update(Session session, Lease lease) => await session.Execute(
        """
        UPDATE leases
        SET mode = @mode, holder = @holder, operator = @operator, issue_id = @issue_id, reason = @reason, token = @token,
            acquired_at = @acquired_at, renewed_at = @renewed_at, ttl = @ttl, expires_at = @expires_at
        WHERE project = @project AND lease_id = @lease_id
        """,
        ("mode", Text(lease.Mode)),
        ("holder", lease.Holder),
        ("operator", lease.Operator),
        ("issue_id", lease.IssueId),
        ("reason", lease.Reason),
        ("token", lease.Token),
        ("acquired_at", lease.AcquiredAt),
        ("renewed_at", lease.RenewedAt),
        ("ttl", (long)lease.Ttl.TotalMilliseconds),
        ("expires_at", lease.ExpiresAt),
        ("project", lease.Project),
        ("lease_id", lease.LeaseId));

    public static async ValueTask End(Session session, Lease lease, LeaseState state)
    {
        await session.Execute(
            "UPDATE leases SET state = @state, ended_at = @now WHERE project = @project AND lease_id = @lease_id",
            ("state", Text(state)),
            ("now", session.Now),
            ("project", lease.Project),
            ("lease_id", lease.LeaseId));
        if (lease.Kind == LeaseKind.Reservation)
        {
            await session.Execute("UPDATE lease_tokens SET held = held - 1 WHERE project = @project", ("project", lease.Project));
        }
    }

    public static string Text(LeaseKind kind) => kind switch { LeaseKind.Reservation => "reservation", LeaseKind.Claim => "claim", _ => "slot" };

    public static string Text(LeaseMode mode) => mode == LeaseMode.Shared ? "shared" : "exclusive";

    private static string Text(LeaseState state) => state switch { LeaseState.Active => "active", LeaseState.Released => "released", _ => "expired" };

    private static LeaseState State(string text) => text switch { "active" => LeaseState.Active, "released" => LeaseState.Released, _ => LeaseState.Expired };
}
