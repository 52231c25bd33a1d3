using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>A BLOCKED message that nobody has answered: its sender waits.</summary>
/// <param name="Waiter">Who cannot go on.</param>
/// <param name="Home">The waiter's project.</param>
/// <param name="On">Who is to do something: an agent, a project while nobody took it, or operator:&lt;name&gt;.</param>
/// <param name="OnHome">The project of whom it waits for; null for a human.</param>
/// <param name="MessageId">Which message.</param>
/// <param name="Since">When it was sent.</param>
public sealed record Block(AgentId Waiter, ProjectId Home, string On, ProjectId? OnHome, MessageId MessageId, DateTimeOffset Since);

/// <summary>Who is blocked on whom by what they wrote.</summary>
internal static class Blocks
{
    // So many of the newest are looked at, in all projects: chains of waiting do not end at a project.
    private const int Limit = 500;

    /// <summary>
    /// The newest unanswered ones. Answered is what its recipient (of a project, who took it, or any agent of it) said something to in the
    /// thread since, and what its sender followed by a message that is no BLOCKED: "it works again".
    /// </summary>
    public static async ValueTask<List<Block>> Open(Session session) =>
    [
        .. await Open(session, "deliveries d ON d.seq = m.seq"),
        // Of what was sent to everyone in a project any of its agents may answer.
        .. await Open(session, "(SELECT e.seq, e.project, '*' AS recipient, CAST(NULL AS TEXT) AS taken_by FROM everyone e) d ON d.seq = m.seq"),
    ];

    private static ValueTask<List<Block>> Open(Session session, string to) => session.Query(
        $"""
        SELECT m.agent, m.sender_project, m.message_id, m.created_at, d.project, COALESCE(d.taken_by, d.recipient) AS recipient
        FROM (SELECT b.seq, b.thread_id, b.agent, b.sender, b.sender_project, b.message_id, b.created_at FROM messages b
              WHERE b.category = 'BLOCKED' ORDER BY b.seq DESC LIMIT @limit) m
        JOIN {to}
        WHERE m.agent IS NOT NULL AND m.sender_project IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM messages a
          WHERE a.thread_id = m.thread_id AND a.seq > m.seq AND (
            a.sender = COALESCE(d.taken_by, d.recipient)
            OR (d.recipient = '*' AND d.taken_by IS NULL AND a.sender_project = d.project AND a.sender <> m.sender)
            OR (a.sender = m.sender AND a.category <> 'BLOCKED')))
        ORDER BY m.seq, recipient
        """, // messages_blocked, deliveries_by_message or everyone_by_message, messages_by_thread
        Read,
        ("limit", (long)Limit));

    private static Block Read(Row row)
    {
        var home = row.Text("project");
        var recipient = row.Text("recipient");
        return new(
            AgentId.Parse(row.Text("agent")),
            ProjectId.Parse(row.Text("sender_project")),
            recipient == Mailbox.Everyone ? home : recipient,
            home == Operators.Home ? null : ProjectId.Parse(home),
            MessageId.Parse(row.Text("message_id")),
            row.Time("created_at"));
    }
}
