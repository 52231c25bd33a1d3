using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

/// <summary>Agents: who acts, in which workspace, and who of them is there.</summary>
public static class AgentsFeature
{
    public static Feature Feature { get; } = new(
        "agents",
        [
            RegisterAgent.Operation, ListAgents.Operation, ShowAgent.Operation, UpdateAgent.Operation, Heartbeat.Operation,
            Goodbye.Operation, ShowPresence.Operation,
        ],
        AgentEvents.All)
    {
        Running =
        [
            new RunningTime("agents", "last_seen_at", $"left_at IS NULL AND last_seen_at >= @now - {(long)Signs.StaleAfter.TotalMilliseconds}"),
            new RunningTime("agent_sessions", "seen_at", $"ended_at IS NULL AND seen_at >= @now - {(long)Signs.StaleAfter.TotalMilliseconds}"),
        ],
    };
}
