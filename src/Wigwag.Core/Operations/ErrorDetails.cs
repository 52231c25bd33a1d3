using System.Collections.Frozen;

namespace Wigwag.Core.Operations;

/// <summary>The details of refusals. They have no type, so by default each text in them is somebody's words.</summary>
public static class ErrorDetails
{
    /// <summary>Those that hold an identifier, a time, one of a fixed set or the server's own words.</summary>
    public static FrozenSet<string> Facts { get; } = new[]
    {
        "agent", "assignee", "claimed_at", "description", "example", "expires_at", "holder", "issue_id", "lease_id", "mode", "next", "presence", "property",
        "registered_at", "since", "taken_at",
    }.ToFrozenSet();
}
