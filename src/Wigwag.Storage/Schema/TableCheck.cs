namespace Wigwag.Storage.Schema;

/// <summary>What tells, in a moment, that rows were removed behind the program's back which it could not go on without.</summary>
internal static class TableCheck
{
    /// <summary>Each gives a row when something is missing.</summary>
    public static IReadOnlyList<(string Sql, string Found)> Statements { get; } =
    [
        ("SELECT 1 FROM projects WHERE NOT EXISTS (SELECT 1 FROM events) LIMIT 1", "there are projects, and the log is empty"),
        ("SELECT 1 FROM agents WHERE NOT EXISTS (SELECT 1 FROM projects) LIMIT 1", "there are agents, and no projects"),
        (
            """
            SELECT 1 FROM projects p
            WHERE EXISTS (SELECT 1 FROM leases l WHERE l.project = p.project)
              AND NOT EXISTS (SELECT 1 FROM lease_tokens t WHERE t.project = p.project)
            LIMIT 1
            """,
            "there are leases, and the fencing tokens of their project are gone"),
    ];
}
