using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

public sealed record ShowProjectRequest
{
    [Description("Which project: its id, a spelling of its remote, or its short name; your own when left out.")]
    public string? Project { get; init; }
}

/// <summary>A project with its other names and its agents.</summary>
public sealed record ProjectDetails
{
    [JsonPropertyName("project")]
    [Description("Its id: the normalized git remote.")]
    public required ProjectId ProjectId { get; init; }

    [Description("Its short name.")]
    [ServerText]
    public required string Name { get; init; }

    [Description("A git remote of it, without credentials.")]
    [OthersText]
    public string? Remote { get; init; }

    [Description("Who keeps its issues: builtin, beads or github.")]
    [ServerText]
    public required string Tracker { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("What hooks do when an agent edits what nobody has reserved: off (nothing), warn (they tell it) or reserve-on-edit (they reserve it for the agent).")]
    public required ReservationPolicy ReservationPolicy { get; init; }

    [Description("Whether README and readme are two files (sensitive) or one (insensitive) in reservations.")]
    public required PathCase PathCase { get; init; }

    [Description("What else means this project: former short names, aliases, other remotes.")]
    [ServerText]
    public required IReadOnlyList<string> Aliases { get; init; }

    [Description("Its agents, those online first, at most 50.")]
    public required IReadOnlyList<Agent> Agents { get; init; }
}

public static class ShowProject
{
    private const int MaxAgents = 50;

    public static readonly Operation<ShowProjectRequest, ProjectDetails> Operation = new()
    {
        Name = "show_project",
        Title = "Show a project",
        Description = "Shows one project: its id, short name, remote, aliases, and its agents with who of them is online.",
        Effect = Effect.Query,
        Http = "GET /v1/projects/{project}",
        Cli = "project show [project]",
        Example = "wigwag project show beads",
        Role = Role.Reader,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<ProjectDetails>> Handle(Session session, ShowProjectRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        return new ProjectDetails
        {
            ProjectId = project.ProjectId,
            Name = project.Name,
            Remote = project.Remote,
            Tracker = project.Tracker,
            CreatedAt = project.CreatedAt,
            ReservationPolicy = project.ReservationPolicy,
            PathCase = project.PathCase,
            Aliases = await ProjectRegistry.Aliases(session, project),
            Agents = await AgentRegistry.LatestIn(session, project.ProjectId, MaxAgents),
        };
    }
}
