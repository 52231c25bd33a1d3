using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>Issues as rows: the columns that every statement selects, and how they are read.</summary>
internal static class IssueRows
{
    /// <summary>1 while an issue that <c>i</c> depends on is not closed.</summary>
    public const string Blocked =
        """
        CASE WHEN EXISTS (
          SELECT 1 FROM issue_dependencies d
          JOIN issues b ON b.project = d.depends_on_project AND b.issue_id = d.depends_on
          WHERE d.project = i.project AND d.issue_id = i.issue_id AND b.status <> 'closed'
        ) THEN 1 ELSE 0 END
        """;

    /// <summary>True of an issue with the label of which <c>@label</c> is the <see cref="LabelPattern"/>.</summary>
    public const string HasLabel = "i.labels LIKE @label ESCAPE '!'";

    public const string SummaryColumns =
        $"""
        i.issue_id, i.project, i.title, i.status, i.priority, i.labels, i.assignee, i.created_by, i.created_at, i.updated_at,
        {Blocked} AS blocked
        """;

    public const string Columns = $"{SummaryColumns}, i.body, i.claimed_at, i.claim_token, i.operator, i.closed_at, i.closed_by, i.close_reason";

    public static Issue Read(Row row) => new()
    {
        IssueId = IssueId.Parse(row.Text("issue_id")),
        Project = ProjectId.Parse(row.Text("project")),
        Title = row.Text("title"),
        Body = row.Text("body"),
        Status = Status(row.Text("status")),
        Priority = (int)row.Number("priority"),
        Labels = Labels(row.Text("labels")),
        Assignee = Agent(row, "assignee"),
        ClaimedAt = row.TimeOrNull("claimed_at"),
        ClaimToken = row.NumberOrNull("claim_token"),
        CreatedBy = Agent(row, "created_by"),
        Operator = row.TextOrNull("operator"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
        ClosedAt = row.TimeOrNull("closed_at"),
        ClosedBy = Agent(row, "closed_by"),
        CloseReason = row.TextOrNull("close_reason"),
        Blocked = row.Flag("blocked"),
    };

    public static IssueSummary ReadSummary(Row row) => new()
    {
        IssueId = IssueId.Parse(row.Text("issue_id")),
        Project = ProjectId.Parse(row.Text("project")),
        Title = row.Text("title"),
        Status = Status(row.Text("status")),
        Priority = (int)row.Number("priority"),
        Labels = Labels(row.Text("labels")),
        Assignee = Agent(row, "assignee"),
        CreatedBy = Agent(row, "created_by"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
        Blocked = row.Flag("blocked"),
    };

    /// <summary>Adds an issue that was opened now; false, and nothing is done, when its id is taken.</summary>
    public static async ValueTask<bool> Add(Session session, Issue issue) => await session.ExecuteCounted(
        """
        INSERT INTO issues (project, issue_id, title, body, status, priority, labels, created_by, operator, created_at, updated_at)
        VALUES (@project, @id, @title, @body, @status, @priority, @labels, @created_by, @operator, @now, @now)
        ON CONFLICT DO NOTHING
        """,
        ("project", issue.Project),
        ("id", issue.IssueId),
        ("title", issue.Title),
        ("body", issue.Body),
        ("status", Text(issue.Status)),
        ("priority", issue.Priority),
        ("labels", Text(issue.Labels)),
        ("created_by", issue.CreatedBy),
        ("operator", issue.Operator),
        ("now", issue.CreatedAt)) > 0;

    /// <summary>Labels as their column keeps them: each with a space before and after it, so that one is found by <c>% bug %</c>.</summary>
    public static string Text(IReadOnlyList<string> labels) => labels.Count == 0 ? "" : $" {string.Join(' ', labels)} ";

    public static string LabelPattern(string label) => $"% {Literal(label)} %";

    /// <summary>A text in lower case as LIKE takes it: the characters that mean something to it lose their meaning.</summary>
    public static string Literal(string text) =>
        text.ToLowerInvariant().Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);

    public static string Text(IssueStatus status) => status switch
    {
        IssueStatus.Open => "open",
        IssueStatus.InProgress => "in_progress",
        _ => "closed",
    };

    private static IssueStatus Status(string text) => text switch
    {
        "open" => IssueStatus.Open,
        "in_progress" => IssueStatus.InProgress,
        _ => IssueStatus.Closed,
    };

    private static string[] Labels(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static AgentId? Agent(Row row, string column) => row.TextOrNull(column) is { } text ? AgentId.Parse(text) : null;
}
