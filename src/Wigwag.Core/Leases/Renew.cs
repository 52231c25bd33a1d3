using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

public sealed record RenewRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [RepositoryPaths(PathShape.HeldScope)]
    [Description("What to go on holding: scopes as you reserved them, paths that lie in them, relative to the repository's root, or lease ids. Left out, everything you reserved in the project.")]
    public IReadOnlyList<string>? Scopes { get; init; }

    [Option("ttl")]
    [Description("Seconds from now; default as long as you asked for when you reserved it.")]
    public long? TtlSeconds { get; init; }

    [Description("Renew only what this fencing token was granted for.")]
    public long? Token { get; init; }
}

/// <summary>What is held for another while.</summary>
public sealed record Renewed
{
    public required ProjectId Project { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("renewed")]
    public required IReadOnlyList<Lease> Leases { get; init; }

    [Description("What you named and do not hold.")]
    [OthersText]
    public required IReadOnlyList<string> NotHeld { get; init; }
}

public static class Renew
{
    public static readonly Operation<RenewRequest, Renewed> Operation = new()
    {
        Name = "renew",
        Title = "Go on holding reservations",
        Description = "Extends what you reserved: the scopes you name, those that a path lies in, or all of yours in the project. One that was lost meanwhile is refused with lease_over: stop, and reserve it again.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/reservations/renew",
        Cli = "renew [scopes...]",
        Example = "wigwag renew src/parser/lexer.cs --ttl 1h",
        Json = LeasesJson.Default,
        Negative = new(Outcome.NotHeld, "you do not hold a part of it", answer => answer.NotHeld.Count > 0),
        Handler = Handle,
    };

    private static async ValueTask<Result<Renewed>> Handle(Session session, RenewRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !LeaseLimits.Ttl(request.TtlSeconds, TimeSpan.Zero).Try(out var ttl, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        if (!(await Holdings.Find(session, project, applicant.Agent, request.Scopes, request.Token, within: true)).Try(out var named, out error))
        {
            return error;
        }
        var renewed = new List<Lease>();
        foreach (var lease in named.Held)
        {
            renewed.Add(await Grants.Renew(session, lease, ttl > TimeSpan.Zero ? ttl : lease.Ttl));
        }
        return new Renewed { Project = project.ProjectId, Leases = renewed, NotHeld = named.Others };
    }
}
