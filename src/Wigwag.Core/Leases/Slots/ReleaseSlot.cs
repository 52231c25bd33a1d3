using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases.Slots;

public sealed record ReleaseSlotRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Which slot.")]
    public required string Slot { get; init; }

    [Description("Refuse when this is not the fencing token of the place you hold.")]
    public long? Token { get; init; }
}

public static class ReleaseSlot
{
    public static readonly Operation<ReleaseSlotRequest, Lease> Operation = new()
    {
        Name = "release_slot",
        Title = "Give a place in a slot back",
        Description = "Gives back your place in a slot, for whoever waits. Refused with not_held when you have none, or lost it because its time was over.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/slots/{slot}/release",
        Cli = "slot release <slot>",
        Example = "wigwag slot release build",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Lease>> Handle(Session session, ReleaseSlotRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !SlotBook.Name(request.Slot).Try(out var slot, out error))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        var own = (await SlotBook.Holders(session, project.ProjectId, slot)).Find(lease => lease.Holder == applicant.Agent);
        if (own is null)
        {
            return Error.NotFound("not_held", $"{applicant.Agent} has no place in {slot}.", "It was released, or its time was over; acquire it again to go on.");
        }
        if (request.Token is { } token && token != own.Token)
        {
            return Error.Conflict(
                "stale_token", $"The token {token} is not that of the place in {slot}, which is {own.Token}.", "Whatever ran under the old token may have been overtaken.");
        }
        await Grants.Release(session, own);
        return own with { State = LeaseState.Released };
    }
}
