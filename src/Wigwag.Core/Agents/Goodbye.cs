using System.ComponentModel;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

public sealed record GoodbyeRequest
{
    [Description("Which agent; yourself when left out.")]
    public string? Agent { get; init; }

    [Description("Which of its sessions, as show_agent names it; left out, the one that says it, and of another's agent all.")]
    public string? Session { get; init; }

    [Description("All of its sessions: whatever else runs as this agent is over too.")]
    public bool All { get; init; }

    [Description("Give back what it has reserved once its last session has ended.")]
    public bool Release { get; init; }
}

public static class Goodbye
{
    public static readonly Operation<GoodbyeRequest, Agent> Operation = new()
    {
        Name = "goodbye",
        Title = "Say goodbye",
        Description = "Tells the others that your session ends. With your last session you are offline, and what you hold may be taken over; while another of your sessions is there you stay. Your id and your inbox stay; the next thing you do brings you back.",
        Effect = Effect.IdempotentCommand,
        IsSignOfLife = false,
        Http = "POST /v1/agents/{agent}/goodbye",
        Cli = "agent goodbye [agent]",
        Example = "wigwag agent goodbye",
        Toolset = "agents",
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Agent>> Handle(Session session, GoodbyeRequest request, CancellationToken cancel)
    {
        ClientSession? named = null;
        if (request.Session is { } text)
        {
            if (!ClientSession.Parse(text).Try(out var parsed, out var mistake))
            {
                return mistake;
            }
            named = parsed;
        }
        if (named is not null && request.All)
        {
            return Error.Invalid("bad_session", "One session and all of them cannot both be meant.", "Name the session, or say all.");
        }
        if (!(await AgentRegistry.Own(session, request.Agent)).Try(out var agent, out var error))
        {
            return error;
        }
        // Who operates an agent has no session of its own there, and means the agent.
        var which = request.All ? null : named ?? (session.Caller.Agent == agent.AgentId ? session.Caller.Session : null);
        await session.LockProject(agent.Project);
        var left = await AgentSessions.Leave(session, agent, which, request.Release);
        if (left.HasLeft && await AgentSessions.GivesBack(session, left))
        {
            await Release.All(session, left);
        }
        return left;
    }
}
