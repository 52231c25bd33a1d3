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
        Description = "Shows one agent: project, operator, program, role, status, whether it is online and since when, and in which sessions.",
        Effect = Effect.Query,
        Http = "GET /v1/agents/{agent}",
        Cli = "agent show [agent]",
        Example = "wigwag agent show main/beads",
        Role = Role.Reader,
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = (session, request, _) => Show(session, request),
    };

    private static async ValueTask<Result<Agent>> Show(Session session, ShowAgentRequest request)
    {
        if (!(await AgentRegistry.Named(session, request.Agent)).Try(out var agent, out var error))
        {
            return error;
        }
        var sessions = await AgentSessions.Of(session, agent);
        return agent with { Sessions = sessions, SessionCount = sessions.Count < AgentSessions.MostShown ? sessions.Count : await AgentSessions.CountOf(session, agent) };
    }
}
