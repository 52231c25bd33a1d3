using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record HeartbeatRequest
{
    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }
}

public static class Heartbeat
{
    public static readonly Operation<HeartbeatRequest, Agent> Operation = new()
    {
        Name = "heartbeat",
        Title = "Say that you are there",
        Description = "Keeps your session, and so you, online for another 90 seconds. Anything else you do counts as well, so only an agent that is silent for longer needs it, every 30 seconds.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/agents/{agent}/heartbeat",
        Cli = "agent heartbeat [agent]",
        Example = "wigwag agent heartbeat",
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Agent>> Handle(Session session, HeartbeatRequest request, CancellationToken cancel) =>
        (await AgentRegistry.Own(session, request.Agent)).Try(out var agent, out var error) ? await AgentSessions.Touch(session, agent) : error;
}
