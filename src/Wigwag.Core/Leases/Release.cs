using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

public sealed record ReleaseRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [RepositoryPaths(PathShape.HeldScope)]
    [Description("What to give back: scopes as you reserved them, relative to the repository's root, or lease ids. Left out, everything you reserved in the project.")]
    public IReadOnlyList<string>? Scopes { get; init; }

    [Description("Give back only what this fencing token was granted for.")]
    public long? Token { get; init; }
}

/// <summary>What was given back.</summary>
public sealed record Released
{
    public required ProjectId Project { get; init; }

    [JsonPropertyName("released")]
    public required IReadOnlyList<Lease> Leases { get; init; }
}

public static class Release
{
    public static readonly Operation<ReleaseRequest, Released> Operation = new()
    {
        Name = "release",
        Title = "Give reservations back",
        Description = "Gives back what you reserved, so that others can have it: the scopes you name, or all of yours in the project. What you lost before is refused with lease_over.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/reservations/release",
        Cli = "release [scopes...]",
        AlsoCli = ["agent release [scopes...]"],
        Example = "wigwag release \"src/parser/**\"",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    /// <summary>Gives back everything that an agent, which has left, reserved in its project; the session holds the project.</summary>
    internal static async ValueTask All(Session session, Agent agent)
    {
        foreach (var lease in (await LeaseBook.Mine(session, agent.Project, agent.AgentId)).Where(lease => lease.Kind == LeaseKind.Reservation))
        {
            await Grants.Release(session, lease);
        }
    }

    private static async ValueTask<Result<Released>> Handle(Session session, ReleaseRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        if (!(await Holdings.Find(session, project, applicant.Agent, request.Scopes, request.Token, within: false)).Try(out var named, out error))
        {
            return error;
        }
        foreach (var lease in named.Held)
        {
            await Grants.Release(session, lease);
        }
        return new Released
        {
            Project = project.ProjectId,
            Leases = [.. named.Held.Select(lease => lease with { State = LeaseState.Released })],
        };
    }
}
