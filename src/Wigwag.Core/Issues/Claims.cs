using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>What an agent works on.</summary>
internal static class Claims
{
    /// <summary>The issues of a project that an agent holds, the most urgent first.</summary>
    public static ValueTask<List<IssueSummary>> Of(Session session, AgentId agent, ProjectId project, int limit) => session.Query(
        $"""
        SELECT {IssueRows.SummaryColumns}
        FROM issues i
        WHERE i.project = @project AND i.assignee = @agent AND i.status = 'in_progress'
        ORDER BY i.priority, i.created_at, i.issue_id
        LIMIT @limit
        """,
        IssueRows.ReadSummary,
        ("project", project),
        ("agent", agent),
        ("limit", limit));

    /// <summary>The issues of a project that somebody holds, the most urgent first.</summary>
    public static ValueTask<List<IssueSummary>> In(Session session, ProjectId project, int limit) => session.Query(
        $"""
        SELECT {IssueRows.SummaryColumns}
        FROM issues i
        WHERE i.project = @project AND i.assignee IS NOT NULL AND i.status = 'in_progress'
        ORDER BY i.priority, i.created_at, i.issue_id
        LIMIT @limit
        """,
        IssueRows.ReadSummary,
        ("project", project),
        ("limit", limit));
}
