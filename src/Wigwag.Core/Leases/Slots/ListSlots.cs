using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Slots;

public sealed record ListSlotsRequest
{
    [Description("The project; your own when left out.")]
    public string? Project { get; init; }
}

/// <summary>The slots of a project.</summary>
public sealed record SlotList
{
    public required ProjectId Project { get; init; }

    [Description("Those that were defined or are held, by name.")]
    public required IReadOnlyList<Slot> Slots { get; init; }
}

/// <summary>A slot, and who holds it.</summary>
public sealed record Slot
{
    [System.Text.Json.Serialization.JsonPropertyName("slot")]
    [ServerText]
    public required string Name { get; init; }

    [Description("How many agents can hold it at a time.")]
    public required long Capacity { get; init; }

    [Description("How many places are free.")]
    public required long Free { get; init; }

    [Description("Who holds places, the longest first.")]
    public required IReadOnlyList<Lease> Holders { get; init; }
}

public static class ListSlots
{
    public static readonly Operation<ListSlotsRequest, SlotList> Operation = new()
    {
        Name = "list_slots",
        Title = "List slots",
        Description = "Lists the slots of a project with their capacities and who holds places in them.",
        Effect = Effect.Query,
        Toolset = "leases",
        Http = "GET /v1/projects/{project}/slots",
        Cli = "slot list",
        Example = "wigwag slot list",
        Role = Role.Reader,
        Json = LeasesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<SlotList>> Handle(Session session, ListSlotsRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        var capacities = (await session.Query(
            "SELECT slot, capacity FROM slots WHERE project = @project ORDER BY slot LIMIT 1000",
            row => (Name: row.Text("slot"), Capacity: row.Number("capacity")),
            ("project", project.ProjectId))).ToDictionary(slot => slot.Name, slot => slot.Capacity, StringComparer.Ordinal);
        var held = (await LeaseBook.In(session, project.ProjectId, LeaseKind.Slot)).ToLookup(lease => lease.Scope);
        return new SlotList
        {
            Project = project.ProjectId,
            Slots =
            [
                .. capacities.Keys.Union(held.Select(slot => slot.Key)).Order(StringComparer.Ordinal).Select(name =>
                {
                    var capacity = capacities.GetValueOrDefault(name, 1);
                    return new Slot { Name = name, Capacity = capacity, Free = Math.Max(0, capacity - held[name].Count()), Holders = [.. held[name]] };
                }),
            ],
        };
    }
}
