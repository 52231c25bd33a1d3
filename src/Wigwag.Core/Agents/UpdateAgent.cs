using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record UpdateAgentRequest
{
    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }

    [Description("What it is doing: idle, working, blocked or done.")]
    public AgentStatus? Status { get; init; }

    [Description("What runs it, for example claude-code; empty text removes it.")]
    public string? Program { get; init; }

    [Description("Its language model; empty text removes it.")]
    public string? Model { get; init; }

    [Description("What it is there for, for example ui or qa; empty text removes it.")]
    public string? Role { get; init; }

    [Description("A name for people; empty text removes it.")]
    public string? DisplayName { get; init; }

    [Description("The run of its program; empty text removes it.")]
    public string? Session { get; init; }
}

public static class UpdateAgent
{
    public static readonly Operation<UpdateAgentRequest, Agent> Operation = new()
    {
        Name = "update_agent",
        Title = "Set your status or profile",
        Description = "Says what you are doing (idle, working, blocked, done) and who you are, for others to see. What is left out stays. Answers the agent.",
        Effect = Effect.IdempotentCommand,
        Http = "PATCH /v1/agents/{agent}",
        Cli = "agent update [agent]",
        Example = "wigwag agent update --status working",
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Agent>> Handle(Session session, UpdateAgentRequest request, CancellationToken cancel)
    {
        if (!(await AgentRegistry.Own(session, request.Agent)).Try(out var agent, out var error)
            || !Profile.Apply(agent, request.Program, request.Model, request.Role, request.DisplayName, request.Session).Try(out var updated, out error))
        {
            return error;
        }
        updated = updated with { Status = request.Status ?? agent.Status };
        if (updated != agent)
        {
            await AgentRegistry.Update(session, updated);
            await session.Append(AgentEvents.Updated, updated.Project, updated.AgentId.Value, updated);
        }
        return updated;
    }
}
