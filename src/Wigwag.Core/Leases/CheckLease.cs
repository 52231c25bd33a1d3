using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

public sealed record CheckLeaseRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("The fencing token of the grant.")]
    public required long Token { get; init; }
}

/// <summary>What is held with a token.</summary>
public sealed record LeaseCheck
{
    public required ProjectId Project { get; init; }

    public required long Token { get; init; }

    [Description("What was granted with it and is held.")]
    public required IReadOnlyList<Lease> Leases { get; init; }
}

public static class CheckLease
{
    public static readonly Operation<CheckLeaseRequest, LeaseCheck> Operation = new()
    {
        Name = "check_lease",
        Title = "Check a fencing token",
        Description = "Succeeds while everything that was granted with a token is still held, but for what its holder gave back; else it is refused with lease_over. For scripts, right before they write.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}/leases/{token}",
        Cli = "lease check <token>",
        Example = "wigwag lease check 12",
        Role = Role.Reader,
        Toolset = "leases",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<LeaseCheck>> Handle(Session session, CheckLeaseRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error) ||
            !(await LeaseBook.Check(session, project.ProjectId, request.Token)).Try(out var leases, out error))
        {
            return error;
        }
        return new LeaseCheck { Project = project.ProjectId, Token = request.Token, Leases = leases };
    }
}
