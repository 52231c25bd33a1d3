using System.ComponentModel;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record ShowIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("How many of the latest messages about it to show too, 0 to 50; 5 when left out.")]
    public int? Comments { get; init; }
}

public static class ShowIssue
{
    public static readonly Operation<ShowIssueRequest, Issue> Operation = new()
    {
        Name = "show_issue",
        Title = "Show an issue",
        Description = "One issue in full: what it says, where it stands, who holds it, which issues it waits for, and what was said about it last. The whole conversation is the thread issue:ID.",
        Effect = Effect.Query,
        Toolset = "issues",
        Role = Role.Reader,
        Http = "GET /v1/issues/{issue_id}",
        Cli = "issue show <issue_id>",
        Example = "wigwag issue show vc-a3f8",
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private const int UsualComments = 5;
    private const int MostComments = 50;

    private static async ValueTask<Result<Issue>> Handle(Session session, ShowIssueRequest request, CancellationToken cancel)
    {
        var comments = request.Comments ?? UsualComments;
        if (comments is < 0 or > MostComments)
        {
            return Error.Invalid("bad_comments", $"An issue is shown with 0 to {MostComments} messages, not {comments}.", "Read the thread for more.");
        }
        return (await IssueBook.Whole(session, request.IssueId)).Try(out var issue, out var error)
            ? issue with { Comments = await MessageBook.Latest(session, ThreadId.Of(issue.IssueId), comments) }
            : error;
    }
}
