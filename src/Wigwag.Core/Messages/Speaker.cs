using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Whoever writes: the sender that readers see, and the key by which deliveries and participants know them.</summary>
/// <param name="Key">The agent's id, <c>operator:&lt;name&gt;</c>, or <c>wigwag</c>.</param>
/// <param name="Home">The project of deliveries to them.</param>
/// <param name="Sender">As readers see them.</param>
internal sealed record Speaker(string Key, string Home, Sender Sender)
{
    private static readonly Speaker Server = new("wigwag", Operators.Home, new());

    /// <summary>The one that the credential speaks for; an agent must be registered.</summary>
    public static async ValueTask<Result<Speaker>> Of(Session session)
    {
        var caller = session.Caller;
        if (caller == Caller.System)
        {
            return Server;
        }
        if (caller.Agent is not { } id)
        {
            return Operators.Key(caller.Operator) is { } human
                ? new Speaker(human, Operators.Home, new() { Operator = caller.Operator, Project = caller.Project })
                : Error.Forbidden(
                    "unknown_sender",
                    "This credential speaks for no agent and no human, so nobody could be answered.",
                    "Name the agent you act as, or use a key that belongs to one.");
        }
        return await AgentRegistry.Any(session, id) is { } agent
            ? new Speaker(id.Value, agent.Project.Value, new() { Operator = caller.Operator ?? agent.Operator, Agent = id, Project = agent.Project })
            : Error.Forbidden("unknown_sender", $"The agent {id} is not registered.", "Register it first: register_agent, or wigwag agent register.");
    }
}
