using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ReopenIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("Why it is not done, for those who worked on it. Markdown, at most 64 KiB.")]
    public string? Reason { get; init; }
}

public static class ReopenIssue
{
    public static readonly Operation<ReopenIssueRequest, Issue> Operation = new()
    {
        Name = "reopen_issue",
        Title = "Reopen an issue",
        Description = "Makes a closed issue open again, held by nobody, and tells everyone who took part, with your reason.",
        Effect = Effect.Command,
        Toolset = "issues",
        Http = "POST /v1/issues/{issue_id}/reopen",
        Cli = "issue reopen <issue_id>",
        Example = "wigwag issue reopen vc-a3f8 --reason \"Still crashes on a file of one byte.\"",
        IsDeferrable = true,
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, ReopenIssueRequest request, CancellationToken cancel)
    {
        if (!(await IssueBook.Hold(session, request.IssueId)).Try(out var issue, out var error) ||
            !IssueLimits.Reason(request.Reason ?? "").Try(out var reason, out error))
        {
            return error;
        }
        if (issue.Status != IssueStatus.Closed)
        {
            return Error.Conflict("already_open", $"{issue.IssueId} is not closed.", "There is nothing to reopen; comment on it to add something.");
        }
        await session.Execute(
            """
            UPDATE issues SET status = 'open', assignee = NULL, claimed_at = NULL, claim_token = NULL,
              closed_at = NULL, closed_by = NULL, close_reason = NULL, updated_at = @now
            WHERE project = @project AND issue_id = @id
            """,
            ("now", session.Now),
            ("project", issue.Project),
            ("id", issue.IssueId));
        await session.Append(
            IssueEvents.Reopened, issue.Project, issue.IssueId.Value, new(issue.IssueId, reason is "" ? null : reason), IssueBook.Concerned(issue));
        return await IssueBook.Tell(session, issue, "Reopened", reason);
    }
}
