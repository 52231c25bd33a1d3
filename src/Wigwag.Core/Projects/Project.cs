using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

/// <summary>One logical codebase.</summary>
public sealed record Project
{
    /// <summary>The tracker that every project has until it is told of another.</summary>
    public const string BuiltInTracker = "builtin";

    [JsonPropertyName("project")]
    [Description("Its id: the normalized git remote, for example github.com/steveyegge/vc.")]
    public required ProjectId ProjectId { get; init; }

    [Description("Its short name, unique on this server, for example vc; the second half of its agents' ids.")]
    [ServerText]
    public required string Name { get; init; }

    [Description("A git remote of it, without credentials; absent for a project that has none.")]
    [OthersText]
    public string? Remote { get; init; }

    [Description("Who keeps its issues: builtin, beads or github.")]
    [ServerText]
    public required string Tracker { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("What hooks do when an agent edits what nobody has reserved: off (nothing), warn (they tell it) or reserve-on-edit (they reserve it for the agent).")]
    public ReservationPolicy ReservationPolicy { get; init; }

    [Description("Whether README and readme are two files (sensitive) or one (insensitive) in reservations.")]
    public PathCase PathCase { get; init; }
}
