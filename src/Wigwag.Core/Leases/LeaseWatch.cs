using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// Tells of leases whose time is over, and puts the issues of agents that fell silent back among those that are ready. Nobody needs it to
/// be safe: whoever asks for something goes by its time. It sleeps until the next lease ends, or a commit that may have made one end earlier.
/// </summary>
public sealed class LeaseWatch(IStore store)
{
    private sealed record Due(DateTimeOffset? At, List<ProjectId> Projects);

    /// <summary>Runs until cancelled.</summary>
    public Task Run(CancellationToken cancel) => Watch.Run(store, Tell, cancel);

    /// <summary>Tells of what is over now; when the next lease ends, or null when there may be more to tell at once.</summary>
    public async Task<DateTimeOffset?> Tell(CancellationToken cancel)
    {
        var due = (await store.Read<Due>(Caller.System, Look, cancel)).Value;
        foreach (var project in due.Projects)
        {
            await store.Write<Project>(Caller.System, async (session, _) =>
            {
                await session.LockProject(project);
                await Expiry.Notice(session, project, withClaims: true);
                return await ProjectRegistry.Get(session, project);
            }, cancel);
        }
        return due.Projects.Count > 0 ? null : due.At ?? DateTimeOffset.MaxValue;
    }

    // leases_by_end
    private static async ValueTask<Result<Due>> Look(Session session, CancellationToken cancel)
    {
        var next = await session.Scalar("SELECT MIN(l.expires_at) FROM leases l WHERE l.state = 'active'");
        var at = next is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : (DateTimeOffset?)null;
        if (at is null || at > session.Now)
        {
            return new Due(at, []);
        }
        var projects = await session.Query(
            "SELECT DISTINCT l.project FROM leases l WHERE l.state = 'active' AND l.expires_at <= @now",
            row => ProjectId.Parse(row.Text("project")),
            ("now", session.Now));
        return new Due(at, projects);
    }
}
