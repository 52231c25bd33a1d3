using Wigwag.Core.Feed;

namespace Wigwag.Core.Agents;

/// <summary>What happens to agents, as the log keeps it. Silence is no fact: whether an agent is still online is read from the time of its last sign.</summary>
public static class AgentEvents
{
    public static readonly EventKind<Agent> Registered = new("agent.registered", AgentsJson.Default);

    /// <summary>Its profile, status or workspace is another.</summary>
    public static readonly EventKind<Agent> Updated = new("agent.updated", AgentsJson.Default);

    /// <summary>It gave a sign after an absence.</summary>
    public static readonly EventKind<Agent> Online = new("agent.online", AgentsJson.Default);

    /// <summary>Its last session said goodbye.</summary>
    public static readonly EventKind<Agent> Offline = new("agent.offline", AgentsJson.Default);

    /// <summary>Another session of it began, while it was online already.</summary>
    public static readonly EventKind<SessionChanged> SessionStarted = new("agent.session_started", AgentsJson.Default);

    /// <summary>One of its sessions said goodbye, and others are there.</summary>
    public static readonly EventKind<SessionChanged> SessionEnded = new("agent.session_ended", AgentsJson.Default);

    public static IReadOnlyList<EventKind> All { get; } = [Registered, Updated, Online, Offline, SessionStarted, SessionEnded];
}
