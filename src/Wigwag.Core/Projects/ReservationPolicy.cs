using System.Text.Json.Serialization;

namespace Wigwag.Core.Projects;

/// <summary>What hooks do when an agent edits what nobody has reserved. What another agent has reserved they refuse under each of these.</summary>
public enum ReservationPolicy
{
    /// <summary>They tell the agent that others cannot see that it works there.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
    /// <summary>They reserve it for the agent before the edit.</summary>
    [JsonStringEnumMemberName("reserve-on-edit")]
    ReserveOnEdit,
}
