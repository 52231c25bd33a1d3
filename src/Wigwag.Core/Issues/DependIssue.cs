using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record DependIssueRequest
{
    [Description("The issue that has to wait.")]
    public required IssueId IssueId { get; init; }

    [Description("The issue, of any project, that must be closed first.")]
    public required IssueId DependsOn { get; init; }
}

public static class DependIssue
{
    public static readonly Operation<DependIssueRequest, Issue> Operation = new()
    {
        Name = "depend_issue",
        Title = "Make an issue wait for another",
        Description = "Says that an issue cannot be worked on before another one, of the same or another project, is closed; until then it is blocked and not ready. A circle of issues that wait for each other is refused.",
        Effect = Effect.IdempotentCommand,
        Toolset = "issues",
        Http = "POST /v1/issues/{issue_id}/dependencies",
        Cli = "issue depend <issue_id> <depends_on>",
        Example = "wigwag issue depend vc-a3f8 beads-9k2p",
        IsDeferrable = true,
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, DependIssueRequest request, CancellationToken cancel) =>
        (await IssueBook.Find(session, request.IssueId)).Try(out var issue, out var error)
            ? await IssueBook.Depend(session, issue, request.DependsOn)
            : error;
}
