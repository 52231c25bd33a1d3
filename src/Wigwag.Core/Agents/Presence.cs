using System.Text.Json.Serialization;

namespace Wigwag.Core.Agents;

/// <summary>Whether an agent would answer now, as its last sign of life says. Every command and query of an agent is a sign.</summary>
public enum Presence
{
    /// <summary>Gave a sign within <see cref="Signs.OnlineFor"/> and has not said goodbye since.</summary>
    [JsonStringEnumMemberName("online")]
    Online,
    /// <summary>Said goodbye, or gave no sign for longer than that.</summary>
    [JsonStringEnumMemberName("offline")]
    Offline,
    /// <summary>Gave no sign for longer than <see cref="Signs.StaleAfter"/>, and no goodbye: it has probably died.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,
}

/// <summary>The times that presence goes by.</summary>
public static class Signs
{
    /// <summary>How often an agent that has nothing else to say gives a sign.</summary>
    public static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(30);

    /// <summary>How long a sign lasts.</summary>
    public static readonly TimeSpan OnlineFor = TimeSpan.FromSeconds(90);

    /// <summary>How long silence is only silence.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(10);

    /// <summary>Signs closer together than this are one.</summary>
    public static readonly TimeSpan RememberedEvery = TimeSpan.FromSeconds(15);

    public static Presence Presence(DateTimeOffset lastSeenAt, DateTimeOffset? leftAt, DateTimeOffset now) =>
        leftAt is not null ? Agents.Presence.Offline
        : now - lastSeenAt <= OnlineFor ? Agents.Presence.Online
        : now - lastSeenAt <= StaleAfter ? Agents.Presence.Offline
        : Agents.Presence.Stale;
}
