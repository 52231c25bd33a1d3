using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>What a folder of the domain brings: its operations and the kinds of event it appends.</summary>
public sealed record Feature(string Name, IReadOnlyList<Operation> Operations, IReadOnlyList<Feed.EventKind> Events)
{
    /// <summary>What of its tables is measured from now; in this order, since a condition may look at a table that comes after.</summary>
    public IReadOnlyList<RunningTime> Running { get; init; } = [];
}
