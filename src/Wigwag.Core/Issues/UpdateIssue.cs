using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

public sealed record UpdateIssueRequest
{
    [Description("Which issue.")]
    public required IssueId IssueId { get; init; }

    [Description("A better title, in one line of at most 500 characters.")]
    public string? Title { get; init; }

    [Description("A new body in place of the old one, Markdown. To add to the conversation, comment instead.")]
    public string? Body { get; init; }

    [Description("0 is the most urgent, 4 the least.")]
    public int? Priority { get; init; }

    [Description("Labels to put on it.")]
    [Option("add-label")]
    public IReadOnlyList<string>? AddLabels { get; init; }

    [Description("Labels to take off it.")]
    [Option("remove-label")]
    public IReadOnlyList<string>? RemoveLabels { get; init; }
}

public static class UpdateIssue
{
    public static readonly Operation<UpdateIssueRequest, Issue> Operation = new()
    {
        Name = "update_issue",
        Title = "Rewrite an issue",
        Description = "Changes an issue's title, body, priority or labels; what is left out stays. Who holds it and whether it is done change by claim_issue, unclaim_issue, close_issue and reopen_issue.",
        Effect = Effect.IdempotentCommand,
        Toolset = "issues",
        Http = "PATCH /v1/issues/{issue_id}",
        Cli = "issue update <issue_id>",
        Example = "wigwag issue update vc-a3f8 --priority 0 --add-label needs-repro",
        IsDeferrable = true,
        Json = IssuesJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Issue>> Handle(Session session, UpdateIssueRequest request, CancellationToken cancel)
    {
        if (request is { Title: null, Body: null, Priority: null, AddLabels: null, RemoveLabels: null })
        {
            return Error.Invalid("nothing_to_update", $"Nothing of {request.IssueId} was given to change.", "Give a title, body, priority, or labels to add or remove.");
        }
        if (!(await IssueBook.Hold(session, request.IssueId)).Try(out var issue, out var error) ||
            !IssueLimits.Title(request.Title ?? issue.Title).Try(out var title, out error) ||
            !IssueLimits.Body(request.Body ?? issue.Body).Try(out var body, out error) ||
            !IssueLimits.Priority(request.Priority ?? issue.Priority).Try(out var priority, out error) ||
            !IssueLimits.Set(request.AddLabels ?? []).Try(out var added, out error) ||
            !IssueLimits.Set(request.RemoveLabels ?? []).Try(out var removed, out error) ||
            !IssueLimits.Set(issue.Labels.Except(removed).Union(added)).Try(out var labels, out error))
        {
            return error;
        }
        var fact = new IssueUpdated
        {
            IssueId = issue.IssueId,
            Title = title == issue.Title ? null : title,
            Body = body == issue.Body ? null : body,
            Priority = priority == issue.Priority ? null : priority,
            Labels = labels.SequenceEqual(issue.Labels) ? null : labels,
        };
        if (fact is not { Title: null, Body: null, Priority: null, Labels: null })
        {
            await session.Execute(
                """
                UPDATE issues SET title = @title, body = @body, priority = @priority, labels = @labels, updated_at = @now
                WHERE project = @project AND issue_id = @id
                """,
                ("title", title),
                ("body", body),
                ("priority", priority),
                ("labels", IssueRows.Text(labels)),
                ("now", session.Now),
                ("project", issue.Project),
                ("id", issue.IssueId));
            await session.Append(IssueEvents.Updated, issue.Project, issue.IssueId.Value, fact, IssueBook.Concerned(issue));
        }
        return await IssueBook.Whole(session, issue.IssueId);
    }
}
