using System.ComponentModel;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record CommentIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("What you have to say, in Markdown.")]
    public required string Body { get; init; }

    [Description("A subject line; the issue's title when left out.")]
    public string? Subject { get; init; }
}

public static class CommentIssue
{
    public static readonly Operation<CommentIssueRequest, Message> Operation = new()
    {
        Name = "comment_issue",
        Title = "Comment on an issue",
        Description = "Adds a message to an issue's thread and tells its reporter, its holder and everyone who took part. To ask one agent something, or to attach files, use send_message with the issue.",
        Effect = Effect.Command,
        Toolset = "issues",
        Http = "POST /v1/issues/{issue_id}/comments",
        Status = 201,
        Cli = "issue comment <issue_id> <body>",
        Example = "wigwag issue comment vc-a3f8 \"Which commit was that on?\"",
        IsDeferrable = true,
        Json = MessagesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Message>> Handle(Session session, CommentIssueRequest request, CancellationToken cancel) =>
        (await IssueBook.Find(session, request.IssueId)).Try(out var issue, out var error)
            ? await MessageBook.Comment(session, issue, request.Subject ?? issue.Title, request.Body, MessageCategory.Info)
            : error;
}
