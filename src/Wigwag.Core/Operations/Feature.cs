namespace Wigwag.Core.Operations;

/// <summary>What a folder of the domain brings: its operations and the kinds of event it appends.</summary>
public sealed record Feature(string Name, IReadOnlyList<Operation> Operations, IReadOnlyList<Feed.EventKind> Events);
