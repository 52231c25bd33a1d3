using Wigwag.Core.Operations;

namespace Wigwag.Core.Issues;

/// <summary>The built-in tracker: units of work, who holds them, and which wait for which.</summary>
public static class IssuesFeature
{
    public static Feature Feature { get; } = new(
        "issues",
        [
            CreateIssue.Operation,
            ShowIssue.Operation,
            ListIssues.Operation,
            ListReadyIssues.Operation,
            UpdateIssue.Operation,
            ClaimIssue.Operation,
            ClaimNextIssue.Operation,
            UnclaimIssue.Operation,
            CommentIssue.Operation,
            CloseIssue.Operation,
            ReopenIssue.Operation,
            DependIssue.Operation,
            UndependIssue.Operation,
        ],
        IssueEvents.All);
}
