using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Projects;

public sealed record RegisterProjectRequest
{
    [FromWorkspace(WorkspaceFact.Project)]
    [Description("The git remote in any spelling, or a project id; credentials in it are dropped.")]
    public required string Project { get; init; }

    [FromWorkspace(WorkspaceFact.ProjectName)]
    [Description("The short name to give it where that is free; the last part of the remote when left out.")]
    public string? Name { get; init; }
}

public static class RegisterProject
{
    public static readonly Operation<RegisterProjectRequest, Project> Operation = new()
    {
        Name = "register_project",
        Title = "Register a project",
        Description = "Makes a project known by its git remote, so that messages can be sent to it before anybody works in a clone of it. A project that is known already is answered as it is. Agents register their own project by register_agent.",
        Effect = Effect.IdempotentCommand,
        Http = "POST /v1/projects",
        Cli = "project register [project]",
        Example = "wigwag project register git@github.com:steveyegge/beads.git",
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = (session, request, _) => ProjectRegistry.FindOrOpen(session, request.Project, request.Name),
    };
}
