using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>Which issues of a project can be worked on, and which first: for the list of them and for who claims the next.</summary>
internal static class Ready
{
    /// <summary>The most urgent first, then the oldest; the order of issues_ready.</summary>
    public const string Order = "i.priority, i.created_at, i.issue_id";

    // Of one whose holder may be taken over from: it said goodbye or was silent for long, or its claim is over.
    private const string Abandoned =
        """
        i.status = 'in_progress' AND (
          EXISTS (SELECT 1 FROM agents a WHERE a.agent = i.assignee AND (a.left_at IS NOT NULL OR a.last_seen_at < @stale))
          OR EXISTS (
            SELECT 1 FROM leases l
            WHERE l.project = i.project AND l.kind = 'claim' AND l.root = i.issue_id AND l.state = 'active' AND l.expires_at <= @now
          ))
        """;

    /// <summary>True of an issue that nobody holds and that waits for no open issue; served by issues_ready, in its order.</summary>
    public static string Condition(string? label) => Where("i.status = 'open'", label);

    /// <summary>The parameters of <see cref="Condition"/>.</summary>
    public static (string Name, object? Value)[] Parameters(ProjectId project, string? label) =>
        label is null ? [("project", project)] : [("project", project), ("label", IssueRows.LabelPattern(label))];

    /// <summary>True when there is something for <see cref="Next"/> to give.</summary>
    public static async ValueTask<bool> Any(Session session, ProjectId project, string? label) =>
        (await Candidates(session, project, label, "")).Count > 0;

    /// <summary>
    /// The issue to claim next, held against other transactions until this one ends: the first of those that are ready and of those whose
    /// holder is gone. Issues that another transaction is changing are passed over, but for when there are no others.
    /// </summary>
    public static async ValueTask<Issue?> Next(Session session, ProjectId project, string? label)
    {
        var found = await Candidates(session, project, label, session.Dialect.ForUpdateSkipLocked);
        if (found.Count == 0 && session.Dialect.RunsBeside)
        {
            found = await Candidates(session, project, label, session.Dialect.ForUpdate);
        }
        return found.OrderBy(issue => issue.Priority).ThenBy(issue => issue.CreatedAt).ThenBy(issue => issue.IssueId.Value, StringComparer.Ordinal).FirstOrDefault();
    }

    private static async ValueTask<List<Issue>> Candidates(Session session, ProjectId project, string? label, string hold)
    {
        var parameters = Parameters(project, label);
        return
        [
            .. await First(Condition(label), parameters),
            .. await First(Where(Abandoned, label), [.. parameters, ("now", session.Now), ("stale", session.Now - Signs.StaleAfter)]),
        ];

        ValueTask<List<Issue>> First(string condition, (string Name, object? Value)[] values) => session.Query(
            $"SELECT {IssueRows.Columns} FROM issues i WHERE {condition} ORDER BY {Order} LIMIT 1 {hold}",
            IssueRows.Read,
            values);
    }

    private static string Where(string state, string? label) =>
        $"i.project = @project AND {state} AND {IssueRows.Blocked} = 0 {(label is null ? "" : $"AND {IssueRows.HasLabel}")}";
}
