using System.ComponentModel;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record CloseIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("What was done or why nothing will be, for those who asked: where the fix is and how to verify it. Markdown, at most 64 KiB.")]
    public string? Reason { get; init; }
}

public static class CloseIssue
{
    public static readonly Operation<CloseIssueRequest, Issue> Operation = new()
    {
        Name = "close_issue",
        Title = "Close an issue",
        Description = "Marks an issue as done, held by you or not, and tells its reporter and everyone who took part, with your reason. Issues that waited only for it become ready.",
        Effect = Effect.Command,
        Http = "POST /v1/issues/{issue_id}/close",
        Cli = "issue close <issue_id>",
        Example = "wigwag issue close vc-a3f8 --reason \"Fixed in 4f2a91c; run the repro again.\"",
        Request = IssuesJson.Default.CloseIssueRequest,
        Answer = IssuesJson.Default.Issue,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, CloseIssueRequest request, CancellationToken cancel)
    {
        if (!(await IssueBook.Hold(session, request.IssueId)).Try(out var issue, out var error) ||
            !IssueLimits.Reason(request.Reason ?? "").Try(out var reason, out error))
        {
            return error;
        }
        if (issue.Status == IssueStatus.Closed)
        {
            return IssueBook.AlreadyClosed(issue, "There is nothing left to do; comment on it to add something.");
        }
        await session.Execute(
            """
            UPDATE issues SET status = 'closed', closed_at = @now, closed_by = @agent, close_reason = @reason, updated_at = @now
            WHERE project = @project AND issue_id = @id
            """,
            ("now", session.Now),
            ("agent", session.Caller.Agent),
            ("reason", reason is "" ? null : reason),
            ("project", issue.Project),
            ("id", issue.IssueId));
        await session.Append(
            IssueEvents.Closed,
            issue.Project,
            issue.IssueId.Value,
            new(issue.IssueId, reason is "" ? null : reason),
            [.. IssueBook.Concerned(issue).Union(await Dependencies.Waiting(session, issue))]);
        return await IssueBook.Tell(session, issue, "Closed", reason);
    }
}
