using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record CreateIssueRequest
{
    [Description("The project whose tracker gets the issue: a name from your external projects, an id like github.com/owner/repo, a git remote or a short name. Your own when left out.")]
    public string? Project { get; init; }

    [Description("What is wrong or wanted, in one line of at most 500 characters.")]
    public required string Title { get; init; }

    [Description("All that somebody needs who was not there: what happened, what was expected, how to reproduce it. Markdown, at most 256 KiB.")]
    public string? Body { get; init; }

    [Description("0 is the most urgent, 4 the least; 2 when left out.")]
    public int? Priority { get; init; }

    [Description("Words to find it by, at most 20, for example needs-repro.")]
    [Option("label")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Description("Ids of issues, of any project, that must be closed before this one can be worked on.")]
    public IReadOnlyList<IssueId>? DependsOn { get; init; }
}

public static class CreateIssue
{
    public static readonly Operation<CreateIssueRequest, Issue> Operation = new()
    {
        Name = "create_issue",
        Title = "Create an issue",
        Description = "Opens an issue in a project's tracker and gives it an id. To hand something to another project's agents, prefer send_message: it opens the issue and tells them.",
        Effect = Effect.Command,
        Toolset = "issues",
        Http = "POST /v1/projects/{project}/issues",
        Status = 201,
        Cli = "issue create <title>",
        Example = "wigwag issue create \"Parser crashes on empty files\" --priority 1 --label parser",
        IsDeferrable = true,
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, CreateIssueRequest request, CancellationToken cancel)
    {
        if (!(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out var error))
        {
            return error;
        }
        return await IssueBook.Open(session, project, new()
        {
            Title = request.Title,
            Body = request.Body ?? "",
            Priority = request.Priority ?? IssueLimits.DefaultPriority,
            Labels = request.Labels ?? [],
            DependsOn = request.DependsOn ?? [],
        });
    }
}
