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

    [RepositoryPaths(PathShape.Path)]
    [Description("Files about to be changed, relative to the repository's root, exactly as they are named; a folder with all in it ends with a slash. Named surfaces too.")]
    public required IReadOnlyList<string> Paths { get; init; }

    [RepositoryPaths(PathShape.Scope)]
    [Description("Patterns of files about to be changed, src/*.cs, relative to the repository's root; for a command whose files are not known one by one.")]
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

    [Description("What other agents hold over these paths, what is exclusive first; empty when they are free. Each path with one exclusive reservation of it, if there is any; of the others at most 200 reservations with 20 paths each.")]
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
        Negative = new(Outcome.Held, "another agent holds one of them", answer => answer.Held.Count > 0),
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
        var live = await LiveReservations.Of(session, project);
        var over = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var known = new Dictionary<string, Lease>(StringComparer.Ordinal);
        foreach (var (path, isPattern) in request.Paths.Distinct().Select(path => (path, false)).Concat(patterns.Distinct().Select(pattern => (pattern, true))))
        {
            if (!(await Over(session, live, project, path, isPattern, asking, known)).Try(out var ids, out error))
            {
                return error;
            }
            foreach (var id in ids)
            {
                (over.TryGetValue(id, out var paths) ? paths : over[id] = []).Add(path);
            }
        }
        foreach (var lease in await live.Read(session, project, [.. over.Keys.Where(id => !known.ContainsKey(id))]))
        {
            known[lease.LeaseId.Value] = lease;
        }
        var found = known.Values.OrderBy(lease => lease.Mode).ThenBy(lease => lease.Token).ThenBy(lease => lease.LeaseId.Value, StringComparer.Ordinal).ToList();
        // Whoever asks goes by what refuses. So each path is told with one reservation that does, however many others hold it shared.
        var refusing = new Dictionary<string, Lease>(StringComparer.Ordinal);
        foreach (var lease in found.Where(lease => lease.Mode == LeaseMode.Exclusive))
        {
            over[lease.LeaseId.Value].ForEach(path => refusing.TryAdd(path, lease));
        }
        var told = found.Take(MostLeases).ToList();
        var present = await Conflicts.Present(session, refusing.Values.Concat(told).Distinct());
        return new PathCheck
        {
            Project = project.ProjectId,
            Policy = project.ReservationPolicy,
            Held =
            [
                .. request.Paths.Concat(patterns).Distinct().Where(refusing.ContainsKey).Select(path =>
                    Hold(path, refusing[path], Conflicts.Next(refusing[path], present))),
                .. told.SelectMany(lease => over[lease.LeaseId.Value]
                    .Where(path => refusing.GetValueOrDefault(path)?.LeaseId != lease.LeaseId)
                    .Take(MostPathsOfALease)
                    .Select(path => Hold(path, lease, Conflicts.Next(lease, present)))),
            ],
        };
    }

    /// <summary>The ids of what is held over a path; of a folder or pattern, which may meet thousands, as many as are told, and read into <paramref name="known"/>.</summary>
    private static async ValueTask<Result<List<string>>> Over(
        Session session, LiveReservations live, Project project, string path, bool isPattern, AgentId? asking, Dictionary<string, Lease> known)
    {
        var isFolder = !isPattern && path.EndsWith('/');
        if (!isPattern && !isFolder && !Scope.IsSurface(path))
        {
            return PathText.TryFold(path, project.PathCase, out var folded) ? live.Covering(session, folded, asking) : PathText.NotAPath(path);
        }
        if (!Scope.Parse(isFolder ? Glob.Escape(path) : path, project.PathCase).Try(out var scope, out var error))
        {
            return error;
        }
        var met = await live.Meeting(session, project, scope, asking, exclusive: false, MostLeases);
        met.ForEach(lease => known[lease.LeaseId.Value] = lease);
        return met.ConvertAll(lease => lease.LeaseId.Value);
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
