using System.ComponentModel;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Projects;

public sealed record SetProjectPolicyRequest
{
    [Description("Which project: its id, a spelling of its remote, or its short name; your own when left out.")]
    public string? Project { get; init; }

    [Option("reservations")]
    [Description("What hooks do when an agent edits what nobody has reserved: off (nothing), warn (they tell it), or reserve-on-edit (they reserve it for the agent). What another agent has reserved they refuse under each.")]
    public ReservationPolicy? ReservationPolicy { get; init; }

    [Description("Whether README and readme are two files (sensitive) or one (insensitive, as on most disks of macOS and Windows).")]
    public PathCase? PathCase { get; init; }
}

public static class SetProjectPolicy
{
    public static readonly Operation<SetProjectPolicyRequest, Project> Operation = new()
    {
        Name = "set_project_policy",
        Title = "Set a project's policy",
        Description = "Sets what hooks do about reservations in a project, and how its paths compare. What is left out stays; with nothing given it answers the project as it is.",
        Effect = Effect.IdempotentCommand,
        Http = "PATCH /v1/projects/{project}/policy",
        Cli = "project policy [project]",
        Example = "wigwag project policy vc --reservations reserve-on-edit",
        Role = Role.Operator,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Project>> Handle(Session session, SetProjectPolicyRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        var changed = project with
        {
            ReservationPolicy = request.ReservationPolicy ?? project.ReservationPolicy,
            PathCase = request.PathCase ?? project.PathCase,
        };
        if (changed == project)
        {
            return project;
        }
        await session.LockProject(project.ProjectId);
        await session.Execute(
            "UPDATE projects SET reservation_policy = @policy, path_case = @case WHERE project = @project",
            ("policy", ProjectRegistry.Text(changed.ReservationPolicy)),
            ("case", ProjectRegistry.Text(changed.PathCase)),
            ("project", project.ProjectId));
        if (changed.PathCase != project.PathCase)
        {
            await Candidates.FindAgain(session, changed);
        }
        await session.Append(ProjectEvents.PolicyChanged, project.ProjectId, project.ProjectId.Value, changed);
        return changed;
    }
}
