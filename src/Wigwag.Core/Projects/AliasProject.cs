using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Projects;

public sealed record AliasProjectRequest
{
    [Description("What shall mean the project: another remote of it (a fork, a mirror) in any spelling, or another short name.")]
    public required string Name { get; init; }

    [Description("The project it shall mean: its id, a spelling of its remote, or its short name.")]
    public required string Project { get; init; }
}

public static class AliasProject
{
    public static readonly Operation<AliasProjectRequest, Project> Operation = new()
    {
        Name = "alias_project",
        Title = "Make another name mean a project",
        Description = "Makes a fork, a mirror or another short name the same project, so that agents in clones of either work together. Agents that the other remote's project already has come over with their ids; one that has issues or messages of its own is refused. Answers the project. Not for keys that are limited to some projects.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/projects/{project}/aliases",
        Cli = "project alias <name> <project>",
        Example = "wigwag project alias git@github.com:fred/vc.git vc",
        Role = Role.Operator,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = (session, request, _) => ProjectNames.Alias(session, request.Project, request.Name),
    };
}
