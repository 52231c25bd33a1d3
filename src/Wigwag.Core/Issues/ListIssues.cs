using System.ComponentModel;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ListIssuesRequest
{
    [Description("The project: a name from your external projects, an id like github.com/owner/repo, a git remote or a short name. Your own when left out.")]
    public string? Project { get; init; }

    [Description("Only issues that stand there: open, in_progress or closed.")]
    public IssueStatus? Status { get; init; }

    [Description("Only issues that this agent holds, or held when they were closed.")]
    public AgentId? Assignee { get; init; }

    [Description("Only issues with this label.")]
    public string? Label { get; init; }

    [Description("Only issues whose title has this text in it, in any case.")]
    public string? Text { get; init; }

    [Description("How many, 1 to 200; 50 when left out.")]
    public int? Limit { get; init; }

    [Description("next_cursor of the page before; none for the first page.")]
    public string? Cursor { get; init; }
}

public static class ListIssues
{
    public static readonly Operation<ListIssuesRequest, IssuePage> Operation = new()
    {
        Name = "list_issues",
        Title = "List issues",
        Description = "The issues of a project, newest first, by status, holder, label or a text in the title. What can be worked on now is list_ready_issues.",
        Effect = Effect.Query,
        Role = Role.Reader,
        Toolset = "issues",
        Http = "GET /v1/projects/{project}/issues",
        Cli = "issue list",
        Example = "wigwag issue list --status open --label parser",
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    // After the newest issue of all; no id sorts after a tilde.
    private static readonly PageMark Start = new(0, long.MaxValue, "~");

    private static async ValueTask<Result<IssuePage>> Handle(Session session, ListIssuesRequest request, CancellationToken cancel)
    {
        if (!NameCursor.Limit(request.Limit).Try(out var limit, out var error) ||
            !PageMark.Read(request.Cursor, Start).Try(out var mark, out error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
        {
            return error;
        }
        // Each filter that is asked for is one more constant condition, so that the engine can choose its index by it.
        var lines = await session.Query(
            $"""
            SELECT {IssueRows.SummaryColumns}
            FROM issues i
            WHERE i.project = @project AND (i.created_at, i.issue_id) < (@at, @after)
            {(request.Status is null ? "" : "AND i.status = @status")}
            {(request.Assignee is null ? "" : "AND i.assignee = @assignee")}
            {(request.Label is null ? "" : $"AND {IssueRows.HasLabel}")}
            {(request.Text is null ? "" : "AND LOWER(i.title) LIKE @text ESCAPE '!'")}
            ORDER BY i.created_at DESC, i.issue_id DESC
            LIMIT @limit
            """,
            IssueRows.ReadSummary,
            [
                ("project", project.ProjectId), ("at", mark.CreatedAtMs), ("after", mark.Issue), ("limit", limit + 1),
                .. request.Status is { } status ? [("status", IssueRows.Text(status))] : None,
                .. request.Assignee is { } assignee ? [("assignee", assignee)] : None,
                .. request.Label is { } label ? [("label", IssueRows.LabelPattern(label))] : None,
                .. request.Text is { } text ? [("text", $"%{IssueRows.Literal(text)}%")] : None,
            ]);
        return PageMark.Page(lines, limit, byPriority: false);
    }

    private static (string, object?)[] None => [];
}
