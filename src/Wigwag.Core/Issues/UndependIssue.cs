using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record UndependIssueRequest
{
    [Description("The issue that waits.")]
    public required IssueId IssueId { get; init; }

    [Description("The issue it shall wait for no more.")]
    public required IssueId DependsOn { get; init; }
}

public static class UndependIssue
{
    public static readonly Operation<UndependIssueRequest, Issue> Operation = new()
    {
        Name = "undepend_issue",
        Title = "Let an issue wait no more for another",
        Description = "Removes a dependency that depend_issue or create_issue made; nothing happens when there is none.",
        Effect = Effect.IdempotentCommand,
        Toolset = "issues",
        Http = "DELETE /v1/issues/{issue_id}/dependencies/{depends_on}",
        Cli = "issue undepend <issue_id> <depends_on>",
        Example = "wigwag issue undepend vc-a3f8 beads-9k2p",
        IsDeferrable = true,
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, UndependIssueRequest request, CancellationToken cancel)
    {
        if (!(await IssueBook.Hold(session, request.IssueId)).Try(out var issue, out var error))
        {
            return error;
        }
        if (await Dependencies.Remove(session, issue, request.DependsOn))
        {
            await session.Append(
                IssueEvents.DependencyRemoved, issue.Project, issue.IssueId.Value, new(issue.IssueId, request.DependsOn), IssueBook.Concerned(issue));
        }
        return await IssueBook.Whole(session, issue.IssueId);
    }
}
