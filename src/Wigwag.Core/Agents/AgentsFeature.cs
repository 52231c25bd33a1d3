using Wigwag.Core.Operations;

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
        AgentEvents.All);
}
