using System.ComponentModel;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record CloseIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("The claim_token of your claim: closing is refused when it is not the latest any more, because another has taken over.")]
    public long? Token { get; init; }

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
        IsDeferrable = true,
        Json = IssuesJson.Default,
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
        if (issue.Assignee is not null)
        {
            await session.LockProject(issue.Project); // a claim ends as every lease does
        }
        if (await Overtaken(session, issue, request.Token) is { } late)
        {
            return late;
        }
        await ClaimBook.End(session, issue, LeaseState.Released);
        await session.Execute(
            """
            UPDATE issues SET status = 'closed', claim_token = NULL, closed_at = @now, closed_by = @agent, close_reason = @reason, updated_at = @now
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

    /// <summary>The refusal of work that was overtaken: with a token that is not the live claim's, or by one whose claim was lost.</summary>
    private static async ValueTask<Error?> Overtaken(Session session, Issue issue, long? token)
    {
        var claim = await ClaimBook.Of(session, issue);
        var live = claim is not null && LeaseBook.IsLive(claim, session.Now) ? claim : null;
        if (token is { } mine && live?.Token != mine)
        {
            return Error.Conflict(
                "stale_token",
                $"{issue.IssueId} was claimed with the token {mine}, which is worth nothing any more{(live is null ? "" : $": {live.Holder} holds it with {live.Token}")}.",
                "Look at what was done meanwhile; claim it again before you close it.");
        }
        return token is null && session.Caller.Agent is { } agent && await ClaimBook.HasLost(session, issue, agent)
            ? Error.Conflict(
                "claim_lost",
                $"{agent} lost its claim of {issue.IssueId} by being silent for too long{(live is null ? "" : $"; {live.Holder} works on it now")}.",
                "Look at what was done meanwhile; claim it again before you close it.")
            : null;
    }
}
