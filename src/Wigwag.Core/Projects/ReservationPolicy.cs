using System.Text.Json.Serialization;

namespace Wigwag.Core.Projects;

/// <summary>What hooks and the git guard do for a project's agents about what others hold.</summary>
public enum ReservationPolicy
{
    /// <summary>They say what is held and let it pass.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,
    /// <summary>They do nothing.</summary>
    [JsonStringEnumMemberName("off")]
    Off,
    /// <summary>They reserve what an agent edits, and refuse what another holds.</summary>
    [JsonStringEnumMemberName("reserve-on-edit")]
    ReserveOnEdit,
}
