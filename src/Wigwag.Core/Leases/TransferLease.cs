using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

public sealed record TransferLeaseRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("The agent who holds it from now on.")]
    public required string To { get; init; }

    [RepositoryPaths(PathShape.HeldScope)]
    [Description("What to hand over: scopes as you reserved them, relative to the repository's root, or lease ids. Left out, everything you reserved in the project.")]
    public IReadOnlyList<string>? Scopes { get; init; }

    [Description("Why, in one line; the other agent is told.")]
    public string? Reason { get; init; }
}

/// <summary>What was handed over.</summary>
public sealed record Transferred
{
    public required ProjectId Project { get; init; }

    [System.Text.Json.Serialization.JsonPropertyName("transferred")]
    public required IReadOnlyList<Lease> Leases { get; init; }

    [Description("The new holder's fencing token.")]
    public required long Token { get; init; }
}

public static class TransferLease
{
    public static readonly Operation<TransferLeaseRequest, Transferred> Operation = new()
    {
        Name = "transfer_lease",
        Title = "Hand reservations over",
        Description = "Makes another agent the holder of what you reserved, without a moment in which it is free. Refused with overlap_kept when you would keep something that meets it. The other agent is told and has a new fencing token; yours is worth nothing from then on.",
        Effect = Effect.Command,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/reservations/transfer",
        Cli = "lease transfer <to> [scopes...]",
        Example = "wigwag lease transfer dave/vc \"src/parser/**\" --reason \"the lexer is yours now\"",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Transferred>> Handle(Session session, TransferLeaseRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !(await AgentRegistry.Named(session, request.To)).Try(out var to, out error) ||
            !LeaseLimits.Reason(request.Reason).Try(out var reason, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        if (!(await Holdings.Find(session, project, applicant.Agent, request.Scopes, token: null, within: false)).Try(out var named, out error))
        {
            return error;
        }
        if (named.Held.Count == 0)
        {
            return Error.NotFound("not_held", $"{applicant.Agent} holds nothing here.", "`wigwag leases` shows who holds what.");
        }
        if (to.AgentId == applicant.Agent)
        {
            return Error.Invalid("same_holder", $"{to.AgentId} is who holds it.", "Name the agent who shall hold it.");
        }
        if (await LeaseCaps.Held(session, project, to.AgentId, named.Held.Count) is { } tooMany)
        {
            return tooMany;
        }
        if (await Kept(session, project, named.Held, to) is var (given, kept))
        {
            return Error.Conflict(
                "overlap_kept",
                $"You would keep {Quotation.Name(kept.Scope)}, which has something in common with {Quotation.Name(given.Scope)}: two agents would hold that.",
                $"Hand both over, or release {Quotation.Name(kept.Scope)} first.");
        }
        var token = await Tokens.Next(session, project.ProjectId);
        var moved = new List<Lease>();
        foreach (var lease in named.Held)
        {
            moved.Add(await Move(session, lease, to, token));
        }
        var scopes = string.Join(", ", moved.Take(5).Select(lease => Quotation.Name(lease.Scope))) + (moved.Count > 5 ? $" and {moved.Count - 5} more" : "");
        await Notices.Tell(
            session, to, project, moved[0].IssueId, $"You hold {scopes} now",
            $"{applicant.Agent} handed it over to you until {moved.Min(lease => lease.ExpiresAt):u} (token {token}).{(reason.Length > 0 ? $"\n\n{reason}" : "")}");
        return new Transferred { Project = project.ProjectId, Leases = moved, Token = token };
    }

    // An agent's own reservations may meet each other; those of two may not.
    private static async ValueTask<(Lease Given, Lease Kept)?> Kept(Session session, Project project, IReadOnlyList<Lease> given, Agent to)
    {
        var ids = given.Select(lease => lease.LeaseId).ToHashSet();
        foreach (var lease in given)
        {
            var met = await Candidates.Meeting(session, project, Candidates.Of(lease, project), except: to.AgentId, exclusive: lease.Mode == LeaseMode.Shared);
            if (met.Find(other => !ids.Contains(other.LeaseId)) is { } kept)
            {
                return (lease, kept);
            }
        }
        return null;
    }

    private static async ValueTask<Lease> Move(Session session, Lease lease, Agent to, long token)
    {
        var moved = lease with { Holder = to.AgentId, Operator = to.Operator, Token = token, AcquiredAt = session.Now };
        await LeaseRows.Update(session, moved);
        await session.Append(
            LeaseEvents.Transferred, lease.Project, lease.LeaseId.Value, new(lease.LeaseId, lease.Scope, lease.Holder, to.AgentId, token), [lease.Holder.Value, to.AgentId.Value]);
        return moved;
    }
}
