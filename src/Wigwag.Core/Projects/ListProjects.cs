using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

public sealed record ListProjectsRequest
{
    [Description("How many at most, 1 to 200; 50 when left out.")]
    public int? Limit { get; init; }

    [Description("next_cursor of the page before.")]
    public string? Cursor { get; init; }
}

/// <summary>A page of projects.</summary>
public sealed record ProjectPage
{
    public required IReadOnlyList<Project> Projects { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}

public static class ListProjects
{
    public static readonly Operation<ListProjectsRequest, ProjectPage> Operation = new()
    {
        Name = "list_projects",
        Title = "List projects",
        Description = "Lists the projects you can reach, by short name. Either a project's short name or its id is what other tools take as project.",
        Effect = Effect.Query,
        Http = "GET /v1/projects",
        Cli = "project list",
        Example = "wigwag project list",
        Role = Role.Reader,
        Toolset = "projects",
        Json = ProjectsJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<ProjectPage>> Handle(Session session, ListProjectsRequest request, CancellationToken cancel)
    {
        if (!NameCursor.Limit(request.Limit).Try(out var limit, out var error) || !NameCursor.Read(request.Cursor).Try(out var after, out error))
        {
            return error;
        }
        List<Project> projects = [];
        while (projects.Count <= limit)
        {
            var batch = await ProjectRegistry.After(session, after, limit + 1);
            projects.AddRange(batch.Where(project => session.Caller.Reaches(project.ProjectId)));
            if (batch.Count <= limit)
            {
                break;
            }
            after = batch[^1].Name;
        }
        return projects.Count > limit
            ? new ProjectPage { Projects = projects[..limit], NextCursor = NameCursor.After(projects[limit - 1].Name) }
            : new ProjectPage { Projects = projects };
    }
}
