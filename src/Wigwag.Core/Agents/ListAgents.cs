using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

public sealed record ListAgentsRequest
{
    [Description("Only agents of this project: its id, a spelling of its remote, or its short name.")]
    public string? Project { get; init; }

    [Description("Only agents that are online now.")]
    public bool Online { get; init; }

    [Description("How many at most, 1 to 200; 50 when left out.")]
    public int? Limit { get; init; }

    [Description("next_cursor of the page before.")]
    public string? Cursor { get; init; }
}

/// <summary>A page of agents.</summary>
public sealed record AgentPage
{
    public required IReadOnlyList<Agent> Agents { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}

public static class ListAgents
{
    public static readonly Operation<ListAgentsRequest, AgentPage> Operation = new()
    {
        Name = "list_agents",
        Title = "List agents",
        Description = "Lists agents with their project, operator, status and whether they are online, by id. Use it to find whom to send a message to; a message to a whole project needs no agent.",
        Effect = Effect.Query,
        Toolset = "agents",
        Http = "GET /v1/agents",
        Cli = "agent list",
        Example = "wigwag agent list --project beads --online",
        Role = Role.Reader,
        Json = AgentsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<AgentPage>> Handle(Session session, ListAgentsRequest request, CancellationToken cancel)
    {
        if (!NameCursor.Limit(request.Limit).Try(out var limit, out var error) || !NameCursor.Read(request.Cursor).Try(out var after, out error))
        {
            return error;
        }
        ProjectId? only = null;
        if (request.Project is not null)
        {
            if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
            {
                return error;
            }
            only = project.ProjectId;
        }
        List<Agent> agents = [];
        while (agents.Count <= limit)
        {
            var batch = await AgentRegistry.After(session, only, request.Online, after, limit + 1);
            agents.AddRange(batch.Where(agent => session.Caller.Reaches(agent.Project)));
            if (batch.Count <= limit)
            {
                break;
            }
            after = batch[^1].AgentId.Value;
        }
        return agents.Count > limit
            ? new AgentPage { Agents = agents[..limit], NextCursor = NameCursor.After(agents[limit - 1].AgentId.Value) }
            : new AgentPage { Agents = agents };
    }
}
