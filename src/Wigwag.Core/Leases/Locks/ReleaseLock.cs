using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases.Locks;

public sealed record ReleaseLockRequest
{
    [RepositoryPaths(PathShape.HeldPath)]
    [Description("The file, relative to the repository's root, or the logical key, as you locked it.")]
    public required string FilePath { get; init; }

    [Description("The project; your own when left out.")]
    public string? Project { get; init; }
}

public static class ReleaseLock
{
    public static readonly Operation<ReleaseLockRequest, LockAnswer> Operation = new()
    {
        Name = "release_lock",
        Title = "Unlock a file",
        Description = "Gives back the lock of one file or logical key. Answers action released, or action not_held when you do not have it any more; that is no error.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/projects/{project}/locks/release",
        Cli = "lock release <file_path>",
        Example = "wigwag lock release src/parser.cs",
        Json = LeasesJson.Default,
        Negative = new(Outcome.NotHeld, "you do not hold it", answer => !answer.Success),
        Handler = Handle,
    };

    private static async ValueTask<Result<LockAnswer>> Handle(Session session, ReleaseLockRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !(await LockScope.Of(session, project, request.FilePath)).Try(out var scope, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        var own = (await LeaseBook.Mine(session, project.ProjectId, applicant.Agent))
            .Find(lease => lease.Kind == LeaseKind.Reservation && lease.Scope == scope.Text);
        if (own is null)
        {
            return new LockAnswer { Success = false, Action = LockAction.NotHeld, FilePath = request.FilePath };
        }
        await Grants.Release(session, own);
        return new LockAnswer { Success = true, Action = LockAction.Released, FilePath = request.FilePath };
    }
}
