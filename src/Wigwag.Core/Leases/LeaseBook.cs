using System.Globalization;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>What other features and every operation here ask of leases. A lease whose time is over is not there, noticed or not.</summary>
public static class LeaseBook
{
    /// <summary>What other agents hold that a reservation of these scopes would meet, at most <see cref="Leases.Conflicts.MostListed"/>; <c>bad_scope</c>.</summary>
    /// <param name="session">Of the caller.</param>
    /// <param name="project">Found to be in reach.</param>
    /// <param name="scopes">Paths, patterns, surfaces.</param>
    /// <param name="mode">How they would be held.</param>
    /// <param name="except">The agent whose own leases are in nobody's way.</param>
    public static async ValueTask<Result<List<Conflict>>> Conflicts(
        Session session, Project project, IReadOnlyList<string> scopes, LeaseMode mode, AgentId? except)
    {
        var met = new List<(string, Lease)>();
        foreach (var text in scopes)
        {
            if (!Scope.Parse(text, project.PathCase).Try(out var scope, out var error))
            {
                return error;
            }
            var most = Leases.Conflicts.MostListed - met.Count;
            met.AddRange((await Candidates.Meeting(session, project, scope, except, exclusive: mode == LeaseMode.Shared, most)).Select(lease => (text, lease)));
        }
        return await Leases.Conflicts.Of(session, met);
    }

    /// <summary>Everything that an agent holds, in any project, the longest held first.</summary>
    public static ValueTask<List<Lease>> HeldBy(Session session, AgentId agent) => session.Query(
        $"""
        SELECT {LeaseRows.Columns} FROM leases l
        WHERE l.holder = @holder AND l.state = 'active' AND l.expires_at > @now
        ORDER BY l.token, l.lease_id
        """, // leases_by_holder
        LeaseRows.Read,
        ("holder", agent),
        ("now", session.Now));

    /// <summary>Everything of a kind held in a project, at most so many: what is exclusive first, and of that the longest held.</summary>
    public static ValueTask<List<Lease>> In(Session session, ProjectId project, LeaseKind kind, int most = int.MaxValue) => session.Query(
        $"""
        SELECT {LeaseRows.Columns} FROM leases l
        WHERE l.project = @project AND l.kind = @kind AND l.state = 'active' AND l.expires_at + 0 > @now
        ORDER BY l.mode, l.token, l.lease_id LIMIT @most
        """, // leases_by_root; 'exclusive' comes before 'shared'
        LeaseRows.Read,
        ("project", project),
        ("kind", LeaseRows.Text(kind)),
        ("now", session.Now),
        ("most", (long)most));

    /// <summary>The reservations and slots that each agent has held longest in a project, at most so many of each, with how many it holds in all.</summary>
    public static ValueTask<List<(Lease Lease, long OfHolder)>> LongestHeld(Session session, ProjectId project, int most) => session.Query(
        $"""
        SELECT {LeaseRows.Columns}, l.of_holder FROM (
          SELECT l.*, ROW_NUMBER() OVER (PARTITION BY l.holder ORDER BY l.token, l.lease_id) AS place, COUNT(*) OVER (PARTITION BY l.holder) AS of_holder
          FROM leases l
          WHERE l.project = @project AND l.state = 'active' AND l.expires_at > @now AND l.kind <> 'claim'
        ) AS l
        WHERE l.place <= @most
        ORDER BY l.token, l.lease_id
        """,
        row => (LeaseRows.Read(row), row.Number("of_holder")),
        ("project", project),
        ("now", session.Now),
        ("most", most));

    /// <summary>Who waits for reservations in a project, in the order of their turns.</summary>
    public static ValueTask<List<Waiting>> Waiting(Session session, ProjectId project) => Queue.In(session, project);

    /// <summary>
    /// The leases that were granted with a token and are held, when none of them was lost; else <c>lease_over</c>, or <c>unknown_token</c>
    /// for one that the project never gave out.
    /// </summary>
    public static async ValueTask<Result<List<Lease>>> Check(Session session, ProjectId project, long token)
    {
        // leases_by_token
        var leases = await session.Query(
            $"SELECT {LeaseRows.Columns} FROM leases l WHERE l.project = @project AND l.token = @token ORDER BY l.lease_id",
            row => LeaseRows.Read(row),
            ("project", project),
            ("token", token));
        var held = leases.FindAll(lease => IsLive(lease, session.Now));
        if (held.Count > 0 && leases.TrueForAll(lease => lease.State == LeaseState.Released || IsLive(lease, session.Now)))
        {
            return held;
        }
        if (leases.Find(lease => lease.State != LeaseState.Released && !IsLive(lease, session.Now)) is { } lost)
        {
            return Over(lost);
        }
        var newest = await Tokens.Newest(session, project);
        var shown = token.ToString(CultureInfo.InvariantCulture);
        return leases is [var released, ..]
            ? Over(released)
            : token > 0 && token <= newest
                ? new Error(ErrorKind.Expired, "lease_over", $"Nothing is held any more with token {shown}.", "Stop writing; reserve it again and go on with the new token.")
                : Error.NotFound("unknown_token", $"{project} never gave out the token {shown}.", "Use the token of the grant, and name the project with --project.");
    }

    /// <summary>The lease of this id, held or not; <c>unknown_lease</c>.</summary>
    internal static async ValueTask<Result<Lease>> Find(Session session, Project project, LeaseId id) => await session.First(
        $"SELECT {LeaseRows.Columns} FROM leases l WHERE l.project = @project AND l.lease_id = @id",
        LeaseRows.Read,
        ("project", project.ProjectId),
        ("id", id)) is { } lease
        ? lease
        : Error.NotFound("unknown_lease", $"{project.Name} has no lease {id}.", "`wigwag leases` shows the ids of what is held.");

    /// <summary>True while it is held.</summary>
    internal static bool IsLive(Lease lease, DateTimeOffset now) => lease.State == LeaseState.Active && lease.ExpiresAt > now;

    /// <summary>The refusal of one that is held no more.</summary>
    internal static Error Over(Lease lease) => new(
        ErrorKind.Expired,
        "lease_over",
        lease.State == LeaseState.Released
            ? $"{Quotation.By(lease.Holder.Value, lease.Scope)} (token {lease.Token.ToString(CultureInfo.InvariantCulture)}) was released."
            : $"{lease.Holder} lost {Quotation.By(lease.Holder.Value, lease.Scope)} (token {lease.Token.ToString(CultureInfo.InvariantCulture)}); it was held until {lease.ExpiresAt:u}.",
        "Stop writing; reserve it again and go on with the new token.");

    /// <summary>What the agent holds in a project that is named so: by its id, or by its scope.</summary>
    internal static async ValueTask<List<Lease>> Mine(Session session, ProjectId project, AgentId agent) =>
        (await HeldBy(session, agent)).FindAll(lease => lease.Project == project);
}
