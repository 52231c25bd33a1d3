using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases.Slots;

public sealed record DefineSlotRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }

    [Description("Which slot.")]
    public required string Slot { get; init; }

    [Description("How many agents can hold it at a time, 1 to 1000.")]
    public required long Capacity { get; init; }
}

public static class DefineSlot
{
    public static readonly Operation<DefineSlotRequest, Slot> Operation = new()
    {
        Name = "define_slot",
        Title = "Say how many places a slot has",
        Description = "Sets the capacity of a named slot; one that nobody defined has one place. Whoever holds a place keeps it, also when there are fewer from now on.",
        Effect = Effect.IdempotentCommand,
        Toolset = "leases",
        Http = "PUT /v1/projects/{project}/slots/{slot}",
        Cli = "slot define <slot> <capacity>",
        Example = "wigwag slot define gpu 2",
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Slot>> Handle(Session session, DefineSlotRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error) ||
            !SlotBook.Name(request.Slot).Try(out var slot, out error))
        {
            return error;
        }
        if (request.Capacity is < 1 or > SlotBook.MostPlaces)
        {
            return Error.Invalid("bad_capacity", $"A slot has 1 to {SlotBook.MostPlaces} places, not {request.Capacity}.", "Give a number in between.");
        }
        await session.LockProject(project.ProjectId);
        if (await KeptLimits.OneMoreSlot(session, project, slot) is { } tooMany)
        {
            return tooMany;
        }
        await session.Execute(
            """
            INSERT INTO slots (project, slot, capacity) VALUES (@project, @slot, @capacity)
            ON CONFLICT (project, slot) DO UPDATE SET capacity = excluded.capacity
            """,
            ("project", project.ProjectId),
            ("slot", slot),
            ("capacity", request.Capacity));
        await session.Append(LeaseEvents.SlotDefined, project.ProjectId, slot, new(slot, request.Capacity));
        var holders = await SlotBook.Holders(session, project.ProjectId, slot);
        return new Slot { Name = slot, Capacity = request.Capacity, Free = Math.Max(0, request.Capacity - holders.Count), Holders = holders };
    }
}
