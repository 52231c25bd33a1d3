using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

public sealed record ShowPresenceRequest
{
    [Description("Which project: its id, a spelling of its remote, or its short name; your own when left out.")]
    public string? Project { get; init; }
}

/// <summary>Whether anybody of a project would answer now.</summary>
public sealed record ProjectPresence
{
    [Description("The project's id.")]
    public required ProjectId Project { get; init; }

    [Description("The project's short name.")]
    [ServerText]
    public required string Name { get; init; }

    [Description("True when at least one of its agents is online.")]
    public required bool Online { get; init; }

    [Description("Its agents, those online first and then by their last sign, at most 50: presence says how they are, since says since when.")]
    public required IReadOnlyList<Agent> Agents { get; init; }
}

public static class ShowPresence
{
    private const int MaxAgents = 50;

    public static readonly Operation<ShowPresenceRequest, ProjectPresence> Operation = new()
    {
        Name = "show_presence",
        Title = "Is anybody of a project online?",
        Description = "Answers whether a project's agents are online, who, and since when; and for those that are not, when they were last seen. A message reaches them either way.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}/presence",
        Cli = "agent online [project]",
        Example = "wigwag agent online beads",
        Role = Role.Reader,
        Toolset = "agents",
        Json = AgentsJson.Default,
        Negative = new(Outcome.Offline, "nobody is online", answer => !answer.Online),
        Handler = Handle,
    };

    private static async ValueTask<Result<ProjectPresence>> Handle(Session session, ShowPresenceRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        var agents = await AgentRegistry.LatestIn(session, project.ProjectId, MaxAgents);
        return new ProjectPresence
        {
            Project = project.ProjectId,
            Name = project.Name,
            Online = agents.Exists(agent => agent.Presence == Presence.Online),
            Agents = agents,
        };
    }
}
