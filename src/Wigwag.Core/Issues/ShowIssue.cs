using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ShowIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }
}

public static class ShowIssue
{
    public static readonly Operation<ShowIssueRequest, Issue> Operation = new()
    {
        Name = "show_issue",
        Title = "Show an issue",
        Description = "One issue in full: what it says, where it stands, who holds it, and which issues it waits for. The conversation about it is the thread issue:ID.",
        Effect = Effect.Query,
        Role = Role.Reader,
        Http = "GET /v1/issues/{issue_id}",
        Cli = "issue show <issue_id>",
        Example = "wigwag issue show vc-a3f8",
        Request = IssuesJson.Default.ShowIssueRequest,
        Answer = IssuesJson.Default.Issue,
        Handler = (session, request, _) => IssueBook.Whole(session, request.IssueId),
    };
}
