using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ListReadyIssuesRequest
{
    [Description("The project: a name from your external projects, an id like github.com/owner/repo, a git remote or a short name. Your own when left out.")]
    public string? Project { get; init; }

    [Description("Only issues with this label.")]
    public string? Label { get; init; }

    [Description("How many, 1 to 200; 50 when left out.")]
    public int? Limit { get; init; }

    [Description("next_cursor of the page before; none for the first page.")]
    public string? Cursor { get; init; }
}

public static class ListReadyIssues
{
    public static readonly Operation<ListReadyIssuesRequest, IssuePage> Operation = new()
    {
        Name = "list_ready_issues",
        Title = "List what can be worked on",
        Description = "The open issues of a project that nobody holds and that wait for no open issue: the most urgent first, then the oldest. Claim one with claim_issue.",
        Effect = Effect.Query,
        Role = Role.Reader,
        Http = "GET /v1/projects/{project}/ready",
        Cli = "issue ready",
        Example = "wigwag issue ready --limit 5",
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static readonly PageMark Start = new(-1, 0, "");

    private static async ValueTask<Result<IssuePage>> Handle(Session session, ListReadyIssuesRequest request, CancellationToken cancel)
    {
        if (!NameCursor.Limit(request.Limit).Try(out var limit, out var error) ||
            !PageMark.Read(request.Cursor, Start).Try(out var mark, out error) ||
            !(await ProjectRegistry.Find(session, request.Project)).Try(out var project, out error))
        {
            return error;
        }
        var lines = await session.Query(
            $"""
            SELECT {IssueRows.SummaryColumns}
            FROM issues i
            WHERE {Ready.Condition(request.Label)} AND ({Ready.Order}) > (@priority, @at, @after)
            ORDER BY {Ready.Order}
            LIMIT @limit
            """,
            IssueRows.ReadSummary,
            [
                .. Ready.Parameters(project.ProjectId, request.Label),
                ("priority", mark.Priority), ("at", mark.CreatedAtMs), ("after", mark.Issue), ("limit", limit + 1),
            ]);
        return PageMark.Page(lines, limit, byPriority: true);
    }
}
