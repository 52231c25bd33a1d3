using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record ShowAgentRequest
{
    [Description("Which agent: its id, or its workspace's name within your project; yourself when left out.")]
    public string? Agent { get; init; }
}

public static class ShowAgent
{
    public static readonly Operation<ShowAgentRequest, Agent> Operation = new()
    {
        Name = "show_agent",
        Title = "Show an agent",
        Description = "Shows one agent: project, operator, program, role, status, and whether it is online and since when.",
        Effect = Effect.Query,
        Http = "GET /v1/agents/{agent}",
        Cli = "agent show [agent]",
        Example = "wigwag agent show main/beads",
        Role = Role.Reader,
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = (session, request, _) => AgentRegistry.Named(session, request.Agent),
    };
}
