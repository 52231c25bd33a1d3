using Wigwag.Core.Issues;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// States in the log what is over already: nothing depends on when, because everybody who reads leases goes by their time. Whoever
/// writes leases of a project does it for those that ended since somebody did it last.
/// </summary>
internal static class Expiry
{
    private const int Most = 100;

    /// <summary>Marks what is over in a project, oldest first, and advances the project's token where anything was.</summary>
    /// <param name="session">That holds the project.</param>
    /// <param name="project">Which.</param>
    /// <param name="withClaims">Claims too, whose issues are open again: said in their threads, in the name of the caller.</param>
    public static async ValueTask Notice(Session session, ProjectId project, bool withClaims = false)
    {
        // leases_by_expiry
        var over = await session.Query(
            $"""
            SELECT {LeaseRows.Columns} FROM leases l
            WHERE l.project = @project AND l.state = 'active' AND l.expires_at <= @now AND (@claims = 1 OR l.kind <> 'claim')
            ORDER BY l.expires_at LIMIT @most
            """,
            LeaseRows.Read,
            ("project", project),
            ("now", session.Now),
            ("claims", withClaims),
            ("most", (long)Most));
        foreach (var lease in over)
        {
            await LeaseRows.End(session, lease, LeaseState.Expired);
            await session.Append(LeaseEvents.Expired, project, lease.LeaseId.Value, Ended(lease), [lease.Holder.Value]);
            if (lease is { Kind: LeaseKind.Claim, IssueId: { } issue })
            {
                await IssueBook.Orphan(session, issue, lease.Holder);
            }
        }
        if (over.Count > 0)
        {
            await Tokens.Next(session, project);
        }
    }

    public static LeaseEnded Ended(Lease lease, string? reason = null) =>
        new(lease.LeaseId, lease.Kind, lease.Scope, lease.Holder, lease.Token, reason);
}
