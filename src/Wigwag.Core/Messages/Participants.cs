using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Who took part in a thread: senders, agents and humans addressed by name, takers; a project while nobody has taken what was sent to it.</summary>
internal static class Participants
{
    public static async ValueTask Add(Session session, ProjectId project, ThreadId thread, string home, string participant) => await session.Execute(
        """
        INSERT INTO thread_participants (project, thread_id, home, participant)
        VALUES (@project, @thread, @home, @participant)
        ON CONFLICT DO NOTHING
        """,
        ("project", project),
        ("thread", thread),
        ("home", home),
        ("participant", participant));

    /// <summary>The taker stands for the project from now on.</summary>
    public static async ValueTask Took(Session session, ProjectId project, ThreadId thread, string home, string taker)
    {
        await session.Execute(
            """
            DELETE FROM thread_participants
            WHERE project = @project AND thread_id = @thread AND home = @home AND participant = '*'
            """,
            ("project", project),
            ("thread", thread),
            ("home", home));
        await Add(session, project, thread, home, taker);
    }

    public static async ValueTask<bool> Has(Session session, ProjectId project, ThreadId thread, Mailbox mailbox) =>
        mailbox.Owner is not null && await session.Scalar(
            """
            SELECT 1 FROM thread_participants
            WHERE project = @project AND thread_id = @thread AND home = @home AND participant = @owner
            """,
            ("project", project),
            ("thread", thread),
            ("home", mailbox.Home),
            ("owner", mailbox.Owner)) is not null;

    /// <summary>Everybody but <paramref name="except"/>, and but the project that they stand in: its agents see the thread anyway.</summary>
    public static async ValueTask<List<Recipient>> Others(Session session, ProjectId project, ThreadId thread, Speaker except)
    {
        var all = await session.Query(
            "SELECT home, participant FROM thread_participants WHERE project = @project AND thread_id = @thread ORDER BY home, participant",
            row => (Home: row.Text("home"), Key: row.Text("participant")),
            ("project", project),
            ("thread", thread));
        return [.. all
            .Where(one => one.Key != except.Key && !(one.Key == Mailbox.Everyone && one.Home == except.Home))
            .Select(one => Of(one.Home, one.Key))];
    }

    /// <summary>As people read it: a project by its id.</summary>
    public static async ValueTask<List<string>> Names(Session session, ProjectId project, ThreadId thread) => await session.Query(
        """
        SELECT CASE WHEN participant = '*' THEN home ELSE participant END AS name
        FROM thread_participants
        WHERE project = @project AND thread_id = @thread
        ORDER BY home, participant
        """,
        row => row.Text("name"),
        ("project", project),
        ("thread", thread));

    /// <summary>The recipient that a key stands for in a project.</summary>
    public static Recipient Of(string home, string key) => key switch
    {
        Mailbox.Everyone => Recipient.AnyOf(ProjectId.Parse(home)),
        _ when home == Operators.Home => Recipient.Human(key),
        _ => Recipient.Of(Agents.AgentId.Parse(key), ProjectId.Parse(home)),
    };
}
