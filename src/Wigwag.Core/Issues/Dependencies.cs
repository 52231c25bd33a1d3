using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>Which issue waits for which, across projects. The graph never holds a cycle.</summary>
internal static class Dependencies
{
    // An issue and all that it waits for, directly or not.
    private const string Reach =
        """
        WITH RECURSIVE reach (project, issue_id) AS (
          SELECT project, issue_id FROM issues WHERE project = @project AND issue_id = @issue
          UNION
          SELECT d.depends_on_project, d.depends_on
          FROM issue_dependencies d JOIN reach r ON d.project = r.project AND d.issue_id = r.issue_id
        )
        """;

    internal sealed record Edge(IssueId Issue, IssueId DependsOn);

    private sealed record End(IssueId Issue, ProjectId Project);

    /// <summary>Makes <paramref name="issue"/> wait for another; false when it does already. A cycle is refused and named.</summary>
    public static async ValueTask<Result<bool>> Add(Session session, Issue issue, IssueId dependsOn)
    {
        if (!(await IssueBook.Find(session, dependsOn)).Try(out var blocker, out var unknown))
        {
            return unknown;
        }
        await Hold(session, issue, blocker);
        if (Path(await Reachable(session, blocker), blocker.IssueId, issue.IssueId) is { } path)
        {
            var cycle = string.Join(" → ", path.Prepend(issue.IssueId));
            return Error.Conflict(
                "dependency_cycle",
                $"{issue.IssueId} cannot depend on {dependsOn}: {cycle} would be a cycle.",
                "Remove one dependency of the cycle first, with undepend, or leave this one out.");
        }
        return await session.ExecuteCounted(
            """
            INSERT INTO issue_dependencies (project, issue_id, depends_on_project, depends_on)
            VALUES (@project, @issue, @depends_on_project, @depends_on)
            ON CONFLICT DO NOTHING
            """,
            ("project", issue.Project),
            ("issue", issue.IssueId),
            ("depends_on_project", blocker.Project),
            ("depends_on", blocker.IssueId)) > 0;
    }

    /// <summary>Lets <paramref name="issue"/> wait no more for another; false when it did not.</summary>
    public static async ValueTask<bool> Remove(Session session, Issue issue, IssueId dependsOn) => await session.ExecuteCounted(
        "DELETE FROM issue_dependencies WHERE project = @project AND issue_id = @issue AND depends_on = @depends_on",
        ("project", issue.Project),
        ("issue", issue.IssueId),
        ("depends_on", dependsOn)) > 0;

    /// <summary>The issue with both directions of its dependencies, as far as the caller's projects reach.</summary>
    public static async ValueTask<Issue> With(Session session, Issue issue)
    {
        var dependsOn = await session.Query(
            """
            SELECT depends_on AS issue_id, depends_on_project AS project FROM issue_dependencies
            WHERE project = @project AND issue_id = @issue
            ORDER BY depends_on
            """,
            ReadEnd,
            ("project", issue.Project),
            ("issue", issue.IssueId));
        var blocks = await Dependents(session, issue);
        return issue with { DependsOn = Seen(session, dependsOn), Blocks = Seen(session, blocks) };
    }

    /// <summary>The agents who wait for the issue: holders and reporters of the open issues that depend on it.</summary>
    public static ValueTask<List<string>> Waiting(Session session, Issue issue) => session.Query(
        """
        SELECT DISTINCT COALESCE(i.assignee, i.created_by) AS agent
        FROM issue_dependencies d JOIN issues i ON i.project = d.project AND i.issue_id = d.issue_id
        WHERE d.depends_on_project = @project AND d.depends_on = @issue
          AND i.status <> 'closed' AND COALESCE(i.assignee, i.created_by) IS NOT NULL
        ORDER BY agent
        """,
        row => row.Text("agent"),
        ("project", issue.Project),
        ("issue", issue.IssueId));

    /// <summary>The shortest way along <paramref name="edges"/> from an issue to another, both named, or null.</summary>
    internal static List<IssueId>? Path(IEnumerable<Edge> edges, IssueId from, IssueId to)
    {
        var next = edges.ToLookup(edge => edge.Issue, edge => edge.DependsOn);
        var cameFrom = new Dictionary<IssueId, IssueId?> { [from] = null };
        var queue = new Queue<IssueId>([from]);
        while (queue.TryDequeue(out var at))
        {
            if (at == to)
            {
                var path = new List<IssueId>();
                for (IssueId? step = at; step is { } id; step = cameFrom[id])
                {
                    path.Insert(0, id);
                }
                return path;
            }
            foreach (var onward in next[at].Where(onward => cameFrom.TryAdd(onward, at)))
            {
                queue.Enqueue(onward);
            }
        }
        return null;
    }

    // Everything that blocks, directly or not, and both ends. Two commands that would close a cycle together each hold what the other
    // starts from, so the second one waits and then sees the first one's edge.
    private static async ValueTask Hold(Session session, Issue issue, Issue blocker)
    {
        if (session.Dialect.ForUpdate is "")
        {
            return;
        }
        await session.Query(
            $"""
            {Reach}
            SELECT i.issue_id FROM issues i
            WHERE i.issue_id = @tail OR i.issue_id IN (SELECT issue_id FROM reach)
            ORDER BY i.issue_id {session.Dialect.ForUpdate}
            """,
            row => row.Text("issue_id"),
            ("project", blocker.Project),
            ("issue", blocker.IssueId),
            ("tail", issue.IssueId));
    }

    private static ValueTask<List<Edge>> Reachable(Session session, Issue from) => session.Query(
        $"""
        {Reach}
        SELECT d.issue_id, d.depends_on
        FROM issue_dependencies d JOIN reach r ON d.project = r.project AND d.issue_id = r.issue_id
        """,
        row => new Edge(IssueId.Parse(row.Text("issue_id")), IssueId.Parse(row.Text("depends_on"))),
        ("project", from.Project),
        ("issue", from.IssueId));

    private static ValueTask<List<End>> Dependents(Session session, Issue issue) => session.Query(
        """
        SELECT issue_id, project FROM issue_dependencies
        WHERE depends_on_project = @project AND depends_on = @issue
        ORDER BY issue_id
        """,
        ReadEnd,
        ("project", issue.Project),
        ("issue", issue.IssueId));

    private static End ReadEnd(Row row) => new(IssueId.Parse(row.Text("issue_id")), ProjectId.Parse(row.Text("project")));

    private static IssueId[] Seen(Session session, List<End> ends) =>
        [.. ends.Where(end => session.Caller.Reaches(end.Project)).Select(end => end.Issue)];
}
