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
        Description = "Changes a project's short name. The former name still means it, ids of its agents and issues stay as they are, and agents that register later carry the new name. Not for keys that are limited to some projects.",
        Effect = Effect.IdempotentCommand,
        Http = "PUT /v1/projects/{project}/name",
        Cli = "project rename <project> <name>",
        Example = "wigwag project rename github.com/steveyegge/vc vc",
        Role = Role.Operator,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = (session, request, _) => ProjectNames.Rename(session, request.Project, request.Name),
    };
}
