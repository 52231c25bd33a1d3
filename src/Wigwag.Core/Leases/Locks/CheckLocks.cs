using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Locks;

public sealed record CheckLocksRequest
{
    [RepositoryPaths(PathShape.Path)]
    [Description("The files, relative to the repository's root, or logical keys to look at, at most 100; everything that is locked in the project when left out.")]
    public IReadOnlyList<string>? FilePaths { get; init; }

    [Description("The project; your own when left out.")]
    public string? Project { get; init; }
}

/// <summary>What is locked.</summary>
public sealed record LockList
{
    public required ProjectId Project { get; init; }

    [Description("What nobody else may hold first, then the longest held; at most 200.")]
    public required IReadOnlyList<HeldLock> Locks { get; init; }
}

/// <summary>A lock that somebody holds.</summary>
public sealed record HeldLock
{
    [Description("What is locked: a file, a pattern of files, or a logical key.")]
    [OthersText]
    public required string FilePath { get; init; }

    public required AgentId LockedBy { get; init; }

    [Description("True when you hold it.")]
    public required bool Mine { get; init; }

    [Description("The human that the holder works for.")]
    [OthersText]
    public string? Operator { get; init; }

    public required LeaseMode Mode { get; init; }

    public IssueId? IssueId { get; init; }

    [OthersText]
    public string? Reason { get; init; }

    public required DateTimeOffset LockedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long Token { get; init; }
}

public static class CheckLocks
{
    private const int Most = 200;

    public static readonly Operation<CheckLocksRequest, LockList> Operation = new()
    {
        Name = "check_locks",
        Title = "See what is locked",
        Description = "Says who holds locks on these files or logical keys, or on everything in the project, yours too. An empty list: nobody.",
        Effect = Effect.Query,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/locks/check",
        Cli = "lock list [file_paths...]",
        Example = "wigwag lock list",
        Role = Role.Reader,
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<LockList>> Handle(Session session, CheckLocksRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        var locks = new List<Lease>();
        if (request.FilePaths is null or [])
        {
            locks.AddRange(await LeaseBook.In(session, project.ProjectId, LeaseKind.Reservation, Most));
        }
        else if (LeaseLimits.TooMany(request.FilePaths.Count, LeaseLimits.MostScopes) is { } refusal)
        {
            return refusal;
        }
        foreach (var path in request.FilePaths ?? [])
        {
            if (!(await LockScope.Of(session, project, path)).Try(out var scope, out error))
            {
                return error;
            }
            var exclusive = await Candidates.Meeting(session, project, scope, except: null, exclusive: true, most: Most);
            foreach (var lease in exclusive.Concat(await Candidates.Meeting(session, project, scope, except: null, most: Most)))
            {
                if (!locks.Exists(known => known.LeaseId == lease.LeaseId))
                {
                    locks.Add(lease);
                }
            }
        }
        return new LockList
        {
            Project = project.ProjectId,
            Locks =
            [
                .. locks.OrderByDescending(lease => lease.Mode == LeaseMode.Exclusive).ThenBy(lease => lease.Token).Take(Most).Select(lease => new HeldLock
                {
                    FilePath = lease.Scope,
                    LockedBy = lease.Holder,
                    Mine = lease.Holder == session.Caller.Agent,
                    Operator = lease.Operator,
                    Mode = lease.Mode,
                    IssueId = lease.IssueId,
                    Reason = lease.Reason,
                    LockedAt = lease.AcquiredAt,
                    ExpiresAt = lease.ExpiresAt,
                    Token = lease.Token,
                }),
            ],
        };
    }
}
