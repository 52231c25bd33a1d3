using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

public sealed record ForceReleaseRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Which lease, by its id.")]
    public required LeaseId LeaseId { get; init; }

    [Description("Why, in one line; its holder is told.")]
    public required string Reason { get; init; }
}

public static class ForceRelease
{
    public static readonly Operation<ForceReleaseRequest, Lease> Operation = new()
    {
        Name = "force_release",
        Title = "Take a lease away",
        Description = "Ends what another agent holds, with a reason that its holder is told: for the human who operates the holder or administers the server, and for everybody once the holder said goodbye or has been silent for ten minutes.",
        Effect = Effect.Command,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/leases/{lease_id}/force_release",
        Cli = "lease force-release <lease_id>",
        Example = "wigwag lease force-release r-4k7q2m9xw3 --reason \"its machine is off\"",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Lease>> Handle(Session session, ForceReleaseRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error) ||
            !LeaseLimits.Reason(request.Reason).Try(out var reason, out error))
        {
            return error;
        }
        if (reason.Length == 0)
        {
            return Error.Invalid("bad_reason", "A lease is not taken away without a reason.", "Say why with --reason; the holder is told.");
        }
        await session.LockProject(project.ProjectId);
        if (!(await LeaseBook.Find(session, project, request.LeaseId)).Try(out var lease, out error))
        {
            return error;
        }
        if (!LeaseBook.IsLive(lease, session.Now))
        {
            return LeaseBook.Over(lease);
        }
        var holder = await AgentRegistry.Any(session, lease.Holder);
        if (holder is { HasLeft: false } && !Operates(session.Caller, lease))
        {
            return Error.Forbidden(
                "holder_is_there",
                $"{lease.Holder} holds {Quotation.By(lease.Holder.Value, lease.Scope)} and is {(holder.Presence == Presence.Online ? "online" : "away only for a moment")}.",
                $"Ask {lease.Holder} for it, or have its operator take it away.");
        }
        await Grants.Lose(session, lease, reason);
        return lease with { State = LeaseState.Expired };
    }

    // The human behind an agent may, and who administers the server when speaking as no agent.
    private static bool Operates(Caller caller, Lease lease) => caller.Role >= Role.Operator
        && ((caller.Operator is not null && caller.Operator == lease.Operator) || (caller.Agent is null && caller.Role == Role.Administrator));
}
