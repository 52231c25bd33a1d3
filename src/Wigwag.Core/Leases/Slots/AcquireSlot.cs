using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Slots;

public sealed record AcquireSlotRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Which slot, for example build, gpu or port-8080.")]
    public required string Slot { get; init; }

    [Option("ttl")]
    [Description("Seconds to hold it, at most 7 days; default 1800. Acquiring it again renews it.")]
    public long? TtlSeconds { get; init; }

    [Option("wait")]
    [Description("Seconds to wait for a place, at most 3600: first come, first served. Left out, you are refused at once.")]
    public long? WaitSeconds { get; init; }

    [Option("issue")]
    [Description("The issue you need it for.")]
    public IssueId? IssueId { get; init; }

    [Description("Why, in one line; others are told.")]
    public string? Reason { get; init; }

    /// <summary>The place in the queue, when there is one: the same request runs several times.</summary>
    [JsonIgnore]
    internal Ticket Ticket { get; } = new();
}

/// <summary>A place in a slot.</summary>
public sealed record SlotPlace
{
    public required ProjectId Project { get; init; }

    [ServerText]
    public required string Slot { get; init; }

    [Description("How many agents can hold it at a time.")]
    public required long Capacity { get; init; }

    public required Lease Lease { get; init; }

    [Description("The fencing token; `wigwag lease check TOKEN` succeeds while you hold it.")]
    public required long Token { get; init; }
}

public static class AcquireSlot
{
    public static readonly Operation<AcquireSlotRequest, SlotPlace> Operation = new()
    {
        Name = "acquire_slot",
        Title = "Take a place in a slot",
        Description = "Takes one of the places of a named slot, such as the one build or the two GPUs of a machine, and waits for it if you ask. Refused with slot_full while all are taken: it says by whom and until when. Give it back with release_slot.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "POST /v1/projects/{project}/slots/{slot}/acquire",
        Cli = "slot acquire <slot>",
        Example = "wigwag slot acquire build --ttl 15m --wait 5m",
        Json = LeasesJson.Default,
        Handler = Handle,
        WaitsFor = request => LeaseLimits.Waits(request.WaitSeconds),
        Waking = Wake,
        Abandoned = (session, request) => Queue.Leave(session, request.Ticket),
    };

    private static async ValueTask<Result<SlotPlace>> Handle(Session session, AcquireSlotRequest request, CancellationToken cancel)
    {
        if (!(await Applicant.Of(session)).Try(out var applicant, out var error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error) ||
            !SlotBook.Name(request.Slot).Try(out var slot, out error) ||
            !LeaseLimits.Ttl(request.TtlSeconds, LeaseLimits.DefaultTtl).Try(out var ttl, out error) ||
            !LeaseLimits.Wait(request.WaitSeconds).Try(out var wait, out error) ||
            !LeaseLimits.Reason(request.Reason).Try(out var reason, out error) ||
            (request.IssueId is { } issue && !(await IssueBook.Find(session, issue)).Try(out _, out error)))
        {
            return error;
        }
        await session.LockProject(project.ProjectId);
        await Expiry.Notice(session, project.ProjectId);
        var capacity = await SlotBook.Capacity(session, project.ProjectId, slot);
        var holders = await SlotBook.Holders(session, project.ProjectId, slot);
        var own = holders.Find(lease => lease.Holder == applicant.Agent);
        var ahead = own is null ? await Queue.AheadFor(session, project.ProjectId, slot, request.Ticket) : 0;
        if (own is null && holders.Count + ahead >= capacity)
        {
            var refusal = await SlotBook.Full(session, slot, capacity, holders, ahead);
            if (wait == TimeSpan.Zero)
            {
                return refusal;
            }
            if (session.Now < request.Ticket.Until(session.Now, wait))
            {
                return await Queue.StayFor(session, project.ProjectId, applicant, slot, request.Ticket) ?? refusal with { Then = Then.Wait };
            }
            await Queue.Leave(session, request.Ticket);
            return refusal with { Then = Then.Keep };
        }
        await Queue.Leave(session, request.Ticket);
        var lease = own is not null
            ? await Grants.Renew(session, own, ttl)
            : await SlotBook.Take(session, project.ProjectId, slot, applicant, ttl, request.IssueId, reason is "" ? null : reason);
        return new SlotPlace { Project = project.ProjectId, Slot = slot, Capacity = capacity, Lease = lease, Token = lease.Token };
    }

    private static async ValueTask<Result<Wake>> Wake(Session session, AcquireSlotRequest request)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error) ||
            !LeaseLimits.Wait(request.WaitSeconds).Try(out var wait, out error))
        {
            return error;
        }
        var deadline = request.Ticket.Until(session.Now, wait);
        var holders = await SlotBook.Holders(session, project.ProjectId, request.Slot);
        var taken = holders.Count + await Queue.AheadFor(session, project.ProjectId, request.Slot, request.Ticket);
        var free = taken < await SlotBook.Capacity(session, project.ProjectId, request.Slot) ? session.Now
            : holders.Count == 0 ? deadline
            : holders.Min(lease => lease.ExpiresAt);
        return new Wake(free < deadline ? free : deadline);
    }
}
