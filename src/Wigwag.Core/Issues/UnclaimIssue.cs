using System.ComponentModel;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record UnclaimIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }
}

public static class UnclaimIssue
{
    public static readonly Operation<UnclaimIssueRequest, Issue> Operation = new()
    {
        Name = "unclaim_issue",
        Title = "Give an issue back",
        Description = "Lets go of an issue you hold without finishing it, so that another can claim it. A human operator may do it for any agent.",
        Effect = Effect.IdempotentCommand,
        Toolset = "issues",
        Http = "POST /v1/issues/{issue_id}/unclaim",
        Cli = "issue unclaim <issue_id>",
        Example = "wigwag issue unclaim vc-a3f8",
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, UnclaimIssueRequest request, CancellationToken cancel)
    {
        if (!(await IssueBook.Hold(session, request.IssueId)).Try(out var issue, out var error))
        {
            return error;
        }
        if (issue.Status == IssueStatus.Closed)
        {
            return IssueBook.AlreadyClosed(issue, "Nothing holds it; reopen it if it is not done.");
        }
        if (issue.Assignee is not { } holder)
        {
            return await IssueBook.Whole(session, issue.IssueId);
        }
        // A human speaking as no agent in particular may free what any agent holds.
        if (session.Caller.Agent is { } agent && agent != holder)
        {
            return Error.Conflict("claimed_by_another", $"{issue.IssueId} is held by {holder}, not by {agent}.", $"Ask {holder} to give it back.");
        }
        await session.LockProject(issue.Project);
        await session.Execute(
            """
            UPDATE issues SET status = 'open', assignee = NULL, claimed_at = NULL, claim_token = NULL, updated_at = @now
            WHERE project = @project AND issue_id = @id
            """,
            ("now", session.Now),
            ("project", issue.Project),
            ("id", issue.IssueId));
        await ClaimBook.End(session, issue, LeaseState.Released);
        await session.Append(IssueEvents.Unclaimed, issue.Project, issue.IssueId.Value, new(issue.IssueId, holder), IssueBook.Concerned(issue));
        return await IssueBook.Whole(session, issue.IssueId);
    }
}
