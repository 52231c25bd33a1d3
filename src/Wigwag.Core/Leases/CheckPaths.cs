using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

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

    [Description("What other agents hold over these paths, the exclusive first; empty when they are free. At most 20 paths for each reservation, and 200 reservations.")]
    public required IReadOnlyList<PathHold> Held { get; init; }
}

/// <summary>A path that another agent holds.</summary>
public sealed record PathHold
{
    public required string Path { get; init; }

    public required LeaseId LeaseId { get; init; }

    [Description("What the other reserved.")]
    public required string Scope { get; init; }

    [Description("exclusive: leave it alone. shared: others may hold it shared too.")]
    public required LeaseMode Mode { get; init; }

    public required AgentId Holder { get; init; }

    public string? Operator { get; init; }

    public IssueId? IssueId { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long Token { get; init; }

    [Description("What you can do.")]
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
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        foreach (var (path, isPattern) in request.Paths.Select(path => (path, false)).Concat(patterns.Select(pattern => (pattern, true))))
        {
            if (!(await Over(session, live, project, path, isPattern, asking, found)).Try(out var over, out error))
            {
                return error;
            }
            foreach (var each in over)
            {
                each.Paths.Add(path);
            }
        }
        await Read(session, live, project, found.Values);
        // What refuses comes first: it is never left out for what does not.
        var told = found.Values.Where(each => each.Lease is not null).OrderBy(each => each.Lease!.Mode).ThenBy(each => each.Lease!.Token).Take(MostLeases).ToList();
        var present = await Conflicts.Present(session, told.Select(each => each.Lease!));
        var held = new List<PathHold>();
        foreach (var (lease, paths) in told.Select(each => (each.Lease!, each.Paths)))
        {
            var next = Conflicts.Next(lease, present);
            held.AddRange(paths.Take(MostPathsOfALease).Select(path => Hold(path, lease, next)));
        }
        return new PathCheck { Project = project.ProjectId, Policy = project.ReservationPolicy, Held = held };
    }

    /// <summary>A reservation that was found over some paths; the lease is null until it was read, and when it has ended.</summary>
    private sealed class Found(string leaseId)
    {
        public string LeaseId => leaseId;

        public List<string> Paths { get; } = [];

        public Lease? Lease { get; set; }

        public bool IsRead { get; set; }
    }

    private static async ValueTask<Result<List<Found>>> Over(
        Session session, LiveReservations live, Project project, string path, bool isPattern, AgentId? asking, Dictionary<string, Found> found)
    {
        var isFolder = !isPattern && path.EndsWith('/');
        if (!isPattern && !isFolder && !Scope.IsSurface(path))
        {
            return PathText.TryFold(path, project.PathCase, out var folded)
                ? live.Covering(session, folded, asking).ConvertAll(Known)
                : PathText.NotAPath(path);
        }
        if (!Scope.Parse(isFolder ? Glob.Escape(path) : path, project.PathCase).Try(out var scope, out var error))
        {
            return error;
        }
        // A folder or a pattern may meet thousands: as many of them as are told, those that refuse first.
        var over = new List<Found>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mode in new[] { LeaseMode.Exclusive, LeaseMode.Shared })
        {
            while (over.Count < MostLeases && live.Meeting(session, scope, asking, mode, seen, MostLeases - over.Count) is { Count: > 0 } met)
            {
                seen.UnionWith(met);
                var some = met.ConvertAll(Known);
                await Read(session, live, project, some);
                over.AddRange(some.Where(each => each.Lease is not null));
            }
        }
        return over;

        Found Known(string id) => found.TryGetValue(id, out var known) ? known : found[id] = new(id);
    }

    // What is kept in memory says where to look; the store says what is held.
    private static async ValueTask Read(Session session, LiveReservations live, Project project, IEnumerable<Found> found)
    {
        var unread = found.Where(each => !each.IsRead).ToDictionary(each => each.LeaseId, StringComparer.Ordinal);
        foreach (var lease in await Candidates.Read(session, project, [.. unread.Keys]))
        {
            if (LeaseBook.IsLive(lease, session.Now))
            {
                unread[lease.LeaseId.Value].Lease = lease;
            }
            else if (lease.State == LeaseState.Active)
            {
                unread[lease.LeaseId.Value].IsRead = true; // its time is over, which is not in the log yet
            }
        }
        live.Forget(unread.Values.Where(each => each is { Lease: null, IsRead: false }).Select(each => each.LeaseId));
        foreach (var each in unread.Values)
        {
            each.IsRead = true;
        }
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
