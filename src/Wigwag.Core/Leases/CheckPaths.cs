using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

public sealed record CheckPathsRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Files about to be changed, relative to the repository's root, exactly as they are named; a folder with all in it ends with a slash. Named surfaces too.")]
    public required IReadOnlyList<string> Paths { get; init; }

    [Description("Patterns of files about to be changed, src/*.cs; for a command whose files are not known one by one.")]
    public IReadOnlyList<string>? Patterns { get; init; }

    [Description("The agent who is about to change them, whose own reservations are in nobody's way; yourself when left out.")]
    public string? Agent { get; init; }
}

/// <summary>Who else holds paths.</summary>
public sealed record PathCheck
{
    public required ProjectId Project { get; init; }

    [Description("What the project wants done about it.")]
    public required ReservationPolicy Policy { get; init; }

    [Description("What other agents hold over these paths; empty when they are free. At most 20 paths for each reservation, and 200 reservations.")]
    public required IReadOnlyList<PathHold> Held { get; init; }
}

/// <summary>A path that another agent holds.</summary>
public sealed record PathHold
{
    [OthersText]
    public required string Path { get; init; }

    public required LeaseId LeaseId { get; init; }

    [Description("What the other reserved.")]
    [OthersText]
    public required string Scope { get; init; }

    [Description("exclusive: leave it alone. shared: others may hold it shared too.")]
    public required LeaseMode Mode { get; init; }

    public required AgentId Holder { get; init; }

    [OthersText]
    public string? Operator { get; init; }

    public IssueId? IssueId { get; init; }

    [OthersText]
    public string? Reason { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long Token { get; init; }

    [Description("What you can do.")]
    [ServerText]
    public required string Next { get; init; }
}

public static class CheckPaths
{
    // From so many on, everything that is held is read once rather than looked up for each.
    private const int FewPaths = 16;

    private const int MostLeases = 200;
    private const int MostPathsOfALease = 20;

    public static readonly Operation<CheckPathsRequest, PathCheck> Operation = new()
    {
        Name = "check_paths",
        Title = "Check who holds paths",
        Description = "Says which of these paths other agents hold, who, for which issue and until when. Reads only; hooks and the git guard ask it before each change.",
        Effect = Effect.Query,
        Http = "POST /v1/projects/{project}/check",
        Cli = "check <paths...>",
        Example = "wigwag check src/parser/lexer.cs",
        Role = Role.Reader,
        Toolset = "leases",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<PathCheck>> Handle(Session session, CheckPathsRequest request, CancellationToken cancel)
    {
        Agent? named = null;
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error) ||
            (request.Agent is not null && !(await AgentRegistry.Named(session, request.Agent)).Try(out named, out error)))
        {
            return error;
        }
        var patterns = request.Patterns ?? [];
        if (LeaseLimits.TooMany(request.Paths.Count + patterns.Count, LeaseLimits.MostPaths) is { } refusal)
        {
            return refusal;
        }
        var asking = named?.AgentId ?? session.Caller.Agent;
        var all = request.Paths.Count > FewPaths ? await LeaseBook.In(session, project.ProjectId) : null;
        all?.RemoveAll(lease => lease.Kind != LeaseKind.Reservation || lease.Holder == asking);
        var found = new Dictionary<LeaseId, Found>();
        foreach (var (path, isPattern) in request.Paths.Select(path => (path, false)).Concat(patterns.Select(pattern => (pattern, true))))
        {
            if (!(await Over(session, project, path, isPattern, asking, all)).Try(out var leases, out error))
            {
                return error;
            }
            foreach (var lease in leases.Where(lease => found.Count < MostLeases || found.ContainsKey(lease.LeaseId)))
            {
                (found.TryGetValue(lease.LeaseId, out var known) ? known : found[lease.LeaseId] = new(lease, [])).Paths.Add(path);
            }
        }
        var present = await Conflicts.Present(session, found.Values.Select(each => each.Lease));
        var held = new List<PathHold>();
        foreach (var (lease, paths) in found.Values)
        {
            var next = Conflicts.Next(lease, present);
            held.AddRange(paths.Take(MostPathsOfALease).Select(path => Hold(path, lease, next)));
        }
        return new PathCheck { Project = project.ProjectId, Policy = project.ReservationPolicy, Held = held };
    }

    private sealed record Found(Lease Lease, List<string> Paths);

    private static async ValueTask<Result<List<Lease>>> Over(Session session, Project project, string path, bool isPattern, AgentId? asking, List<Lease>? all)
    {
        var isFolder = !isPattern && path.EndsWith('/');
        if (!isPattern && !isFolder && !Scope.IsSurface(path))
        {
            return !PathText.TryFold(path, project.PathCase, out var folded) ? PathText.NotAPath(path)
                : all is null ? await Candidates.Covering(session, project, folded, asking)
                : all.FindAll(lease => Candidates.Covers(lease, project, folded));
        }
        if (!Scope.Parse(isFolder ? Glob.Escape(path) : path, project.PathCase).Try(out var scope, out var error))
        {
            return error;
        }
        return all is null
            ? await Candidates.Meeting(session, project, scope, asking, most: MostLeases)
            : all.FindAll(lease => Candidates.Of(lease, project).Overlaps(scope));
    }

    private static PathHold Hold(string path, Lease lease, string next) => new()
    {
        Path = path,
        LeaseId = lease.LeaseId,
        Scope = lease.Scope,
        Mode = lease.Mode,
        Holder = lease.Holder,
        Operator = lease.Operator,
        IssueId = lease.IssueId,
        Reason = lease.Reason,
        Since = lease.AcquiredAt,
        ExpiresAt = lease.ExpiresAt,
        Token = lease.Token,
        Next = next,
    };
}
