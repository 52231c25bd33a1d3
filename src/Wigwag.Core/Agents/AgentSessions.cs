using Wigwag.Core.Leases;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

/// <summary>
/// The sessions of agents, and what follows from them: an agent is there while one of its sessions is, and has left when the last of them
/// ended. A session that ends without a goodbye is over by its silence.
/// </summary>
internal static class AgentSessions
{
    /// <summary>How many of an agent are kept; of more, those heard of longest ago are forgotten.</summary>
    public const int Most = 64;

    /// <summary>How many are shown.</summary>
    public const int MostShown = 20;

    // So long a late goodbye is still known to be a repeated one.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>In a query of agents <c>a</c>: how many sessions of each are there. Needs <c>@fresh</c>.</summary>
    public const string Count =
        "(SELECT COUNT(*) FROM agent_sessions s WHERE s.project = a.project AND s.agent = a.agent AND s.ended_at IS NULL AND s.seen_at >= @fresh)";

    private sealed record Rest(long Count, DateTimeOffset? SeenAt);

    /// <summary>The time after which a session must have been heard of to count as there.</summary>
    public static DateTimeOffset Fresh(Session session) => session.Now - Signs.StaleAfter;

    /// <summary>
    /// Notes that the calling agent's session is alive. Signs closer together than <see cref="Signs.RememberedEvery"/> are one; a sign
    /// after an absence is told in the log.
    /// </summary>
    public static async ValueTask Seen(Session session)
    {
        if (session.Caller.Agent is { } id && await AgentRegistry.Any(session, id) is { } agent
            && (agent.Presence != Presence.Online || agent.HeardAt is not { } heard || session.Now - heard > Signs.RememberedEvery))
        {
            await Touch(session, agent);
        }
    }

    /// <summary>Notes that an agent is alive in the caller's session, and when it came.</summary>
    public static async ValueTask<Agent> Touch(Session session, Agent agent)
    {
        var present = await Heard(session, agent);
        await session.Execute(
            "UPDATE agents SET last_seen_at = @now, online_since = @since, left_at = NULL WHERE agent = @agent",
            ("now", session.Now),
            ("since", present.Since),
            ("agent", agent.AgentId));
        await ClaimBook.Keep(session, agent.AgentId);
        if (agent.Presence != Presence.Online)
        {
            present = present with { SessionCount = (await Present(session, agent)).Count };
            await session.Append(AgentEvents.Online, agent.Project, agent.AgentId.Value, present);
        }
        return present;
    }

    /// <summary>Notes that sessions of an agent ended; the agent has left when none is there any more. Noted once, however often it is said.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="agent">Whose.</param>
    /// <param name="which">Which session; null for all.</param>
    /// <param name="givesBack">Its reservations are to be given back once the agent has left.</param>
    public static async ValueTask<Agent> Leave(Session session, Agent agent, ClientSession? which, bool givesBack)
    {
        var ended = await session.ExecuteCounted(
            """
            UPDATE agent_sessions SET ended_at = @now, gives_back = @gives_back
            WHERE project = @project AND agent = @agent AND (CAST(@session AS TEXT) IS NULL OR session = @session) AND ended_at IS NULL
            """,
            ("now", session.Now),
            ("gives_back", givesBack),
            ("project", agent.Project),
            ("agent", agent.AgentId),
            ("session", which?.Value));
        var rest = await Present(session, agent);
        if (rest is { Count: > 0, SeenAt: { } seen })
        {
            return ended == 0 ? agent with { SessionCount = rest.Count } : await Stay(session, agent, which, rest.Count, seen);
        }
        if (agent is { Presence: Presence.Offline, HasLeft: true })
        {
            return agent with { SessionCount = 0 };
        }
        await session.Execute(
            "UPDATE agents SET last_seen_at = @now, left_at = @now WHERE agent = @agent",
            ("now", session.Now),
            ("agent", agent.AgentId));
        var absent = agent with { Presence = Presence.Offline, HasLeft = true, LastSeenAt = session.Now, Since = session.Now, SessionCount = 0 };
        await session.Append(AgentEvents.Offline, agent.Project, agent.AgentId.Value, absent);
        return absent;
    }

    /// <summary>True when a session that ended lately asked that the agent's reservations be given back.</summary>
    public static async ValueTask<bool> GivesBack(Session session, Agent agent) => await session.Scalar(
        """
        SELECT 1 FROM agent_sessions
        WHERE project = @project AND agent = @agent AND gives_back = 1 AND ended_at >= @fresh
        LIMIT 1
        """,
        ("project", agent.Project),
        ("agent", agent.AgentId),
        ("fresh", Fresh(session))) is not null;

    /// <summary>The sessions of an agent that are there, the one heard of last first.</summary>
    public static ValueTask<List<AgentSession>> Of(Session session, Agent agent) => session.Query(
        """
        SELECT session, program, started_at, seen_at FROM agent_sessions
        WHERE project = @project AND agent = @agent AND ended_at IS NULL AND seen_at >= @fresh
        ORDER BY seen_at DESC, session LIMIT @most
        """,
        row => new AgentSession
        {
            Session = row.Text("session"),
            Program = row.TextOrNull("program"),
            StartedAt = row.Time("started_at"),
            LastSeenAt = row.Time("seen_at"),
            Presence = Signs.Presence(row.Time("seen_at"), null, session.Now),
        },
        ("project", agent.Project),
        ("agent", agent.AgentId),
        ("fresh", Fresh(session)),
        ("most", (long)MostShown));

    /// <summary>How many sessions of an agent are there.</summary>
    public static async ValueTask<long> CountOf(Session session, Agent agent) => (await Present(session, agent)).Count;

    /// <summary>The sessions of a project's agents go with them to another.</summary>
    public static async ValueTask Move(Session session, ProjectId from, ProjectId into) => await session.Execute(
        "UPDATE agent_sessions SET project = @into WHERE project = @from",
        ("into", into),
        ("from", from));

    // The agent as it is when the last session that is there was heard of last: with one that is silent, it is silent.
    private static async ValueTask<Agent> Stay(Session session, Agent agent, ClientSession? ended, long count, DateTimeOffset seen)
    {
        await session.Execute(
            "UPDATE agents SET last_seen_at = @seen WHERE agent = @agent",
            ("seen", seen),
            ("agent", agent.AgentId));
        await session.Append(AgentEvents.SessionEnded, agent.Project, agent.AgentId.Value, new(agent.AgentId, ended?.Value ?? "", count));
        var presence = Signs.Presence(seen, null, session.Now);
        return agent with
        {
            Presence = presence,
            HasLeft = false,
            LastSeenAt = seen,
            Since = presence == Presence.Online ? agent.Since : seen,
            SessionCount = count,
        };
    }

    private static async ValueTask<Agent> Heard(Session session, Agent agent)
    {
        var own = session.Caller.Session;
        var present = agent with
        {
            Presence = Presence.Online,
            HasLeft = false,
            LastSeenAt = session.Now,
            Since = agent.Presence != Presence.Online ? session.Now : agent.Since,
            HeardAt = session.Now,
        };
        if (agent.HeardAt is not null)
        {
            await session.Execute(
                "UPDATE agent_sessions SET seen_at = @now WHERE project = @project AND agent = @agent AND session = @session",
                ("now", session.Now),
                ("project", agent.Project),
                ("agent", agent.AgentId),
                ("session", own.Value));
            return present;
        }
        await session.Execute(
            """
            INSERT INTO agent_sessions (project, agent, session, program, started_at, seen_at, gives_back)
            VALUES (@project, @agent, @session, @program, @now, @now, 0)
            ON CONFLICT (project, agent, session) DO UPDATE SET
              started_at = CASE WHEN agent_sessions.ended_at IS NULL THEN agent_sessions.started_at ELSE excluded.started_at END,
              program = COALESCE(excluded.program, agent_sessions.program), seen_at = excluded.seen_at, ended_at = NULL, gives_back = 0
            """,
            ("project", agent.Project),
            ("agent", agent.AgentId),
            ("session", own.Value),
            ("program", own.Program),
            ("now", session.Now));
        await Forget(session, agent);
        if (agent.Presence == Presence.Online && await Present(session, agent) is { Count: > 1 and var count })
        {
            await session.Append(AgentEvents.SessionStarted, agent.Project, agent.AgentId.Value, new(agent.AgentId, own.Value, count));
        }
        return present;
    }

    // What ended or fell silent long ago, and the oldest of too many.
    private static async ValueTask Forget(Session session, Agent agent) => await session.Execute(
        """
        DELETE FROM agent_sessions
        WHERE project = @project AND agent = @agent AND (seen_at < @old OR session IN (
          SELECT s.session FROM agent_sessions s WHERE s.project = @project AND s.agent = @agent
          ORDER BY CASE WHEN s.ended_at IS NULL THEN 0 ELSE 1 END, s.seen_at DESC, s.session LIMIT 1000 OFFSET @most))
        """,
        ("project", agent.Project),
        ("agent", agent.AgentId),
        ("old", session.Now - KeptFor),
        ("most", (long)Most));

    private static async ValueTask<Rest> Present(Session session, Agent agent) => (await session.First(
        """
        SELECT COUNT(*) AS sessions, MAX(seen_at) AS seen_at FROM agent_sessions
        WHERE project = @project AND agent = @agent AND ended_at IS NULL AND seen_at >= @fresh
        """,
        row => new Rest(row.Number("sessions"), row.TimeOrNull("seen_at")),
        ("project", agent.Project),
        ("agent", agent.AgentId),
        ("fresh", Fresh(session))))!;
}
