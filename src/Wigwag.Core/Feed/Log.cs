using System.Text.Json;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Feed;

/// <summary>Reads the log in commit order, from a cursor.</summary>
public static class Log
{
    /// <summary>The facts after <paramref name="cursor"/>, oldest first, at most <paramref name="limit"/>. No fact that commits later sorts before one returned.</summary>
    public static async ValueTask<List<Event>> After(Session session, long cursor, int limit)
    {
        var horizon = await session.Horizon();
        return await session.Query(
            """
            SELECT seq, project, at, kind, subject, agent, operator, audience, fact
            FROM events
            WHERE seq > @cursor AND seq <= @horizon
            ORDER BY seq
            LIMIT @limit
            """,
            Read,
            ("cursor", cursor),
            ("horizon", horizon),
            ("limit", limit));
    }

    /// <summary>The cursor of the newest fact that <see cref="After"/> gives, 0 for an empty log.</summary>
    public static async ValueTask<long> End(Session session)
    {
        var horizon = await session.Horizon();
        return await session.Scalar("SELECT COALESCE(MAX(seq), 0) FROM events WHERE seq <= @horizon", ("horizon", horizon)) ?? 0;
    }

    private static Event Read(Row row) => new()
    {
        Seq = row.Number("seq"),
        Project = ProjectId.Parse(row.Text("project")),
        At = row.Time("at"),
        Kind = row.Text("kind"),
        Subject = row.Text("subject"),
        Agent = row.TextOrNull("agent"),
        Operator = row.TextOrNull("operator"),
        Audience = row.TextOrNull("audience")?.Split(' ') ?? [],
        Fact = JsonElement.Parse(row.Text("fact")),
    };
}
