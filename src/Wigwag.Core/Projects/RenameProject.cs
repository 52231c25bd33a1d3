using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Projects;

public sealed record RenameProjectRequest
{
    [Description("Which project: its id, a spelling of its remote, or its short name.")]
    public required string Project { get; init; }

    [Description("Its new short name: lower-case letters, digits, '.', '_' and '-'.")]
    public required string Name { get; init; }
}

public static class RenameProject
{
    public static readonly Operation<RenameProjectRequest, Project> Operation = new()
    {
        Name = "rename_project",
        Title = "Give a project another short name",
        Description = "Changes a project's short name. The former name still means it, ids of its agents and issues stay as they are, and agents that register later carry the new name.",
        Effect = Effect.IdempotentCommand,
        Http = "PUT /v1/projects/{project}/name",
        Cli = "project rename <project> <name>",
        Example = "wigwag project rename github.com/steveyegge/vc vc",
        Role = Role.Operator,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Project>> Handle(Session session, RenameProjectRequest request, CancellationToken cancel) =>
        (await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error)
            ? await ProjectNames.Rename(session, project, request.Name)
            : error;
}
