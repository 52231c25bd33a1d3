using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record GoodbyeRequest
{
    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }
}

public static class Goodbye
{
    public static readonly Operation<GoodbyeRequest, Agent> Operation = new()
    {
        Name = "goodbye",
        Title = "Say goodbye",
        Description = "Tells the others that you are going offline now, at the end of a session. Your id and your inbox stay; the next thing you do brings you back.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/agents/{agent}/goodbye",
        Cli = "agent goodbye [agent]",
        Example = "wigwag agent goodbye",
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Agent>> Handle(Session session, GoodbyeRequest request, CancellationToken cancel) =>
        !(await AgentRegistry.Own(session, request.Agent)).Try(out var agent, out var error) ? error
        : agent.Presence == Presence.Online ? await AgentRegistry.Leave(session, agent)
        : agent;
}
