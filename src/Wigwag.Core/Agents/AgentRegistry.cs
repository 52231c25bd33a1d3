using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

/// <summary>The agents of this server. One whose project the caller's credential does not reach is not there.</summary>
public static class AgentRegistry
{
    // On each side of a name that is not known, and of the caller's project.
    private const int MaxIdsSearched = 200;

    private const string Select =
        """
        SELECT a.agent, a.project, p.name AS project_name, a.host, a.path, a.binding, a.fingerprint, a.operator, a.program, a.model,
               a.role, a.display_name, a.status, a.session, a.registered_at, a.last_seen_at, a.online_since, a.left_at, a.vouched,
               a.workspace_key, a.place
        FROM agents a
        JOIN projects p ON p.project = a.project

        """;

    // For a page of them: how many sessions each has.
    private static readonly string SelectCounted = Select.Replace("FROM agents", $", {AgentSessions.Count} AS sessions FROM agents", StringComparison.Ordinal);

    // For one of them: when the caller's session of it was heard of.
    private static readonly string SelectHeard = Select.Replace(
        "FROM agents",
        """
        , (SELECT s.seen_at FROM agent_sessions s
           WHERE s.project = a.project AND s.agent = a.agent AND s.session = @session AND s.ended_at IS NULL) AS heard_at
        FROM agents
        """,
        StringComparison.Ordinal);

    /// <summary>The agent with this id.</summary>
    /// <returns>The agent; <c>unknown_agent</c> with the near ids.</returns>
    public static async ValueTask<Result<Agent>> Find(Session session, AgentId agent) =>
        await Any(session, agent) is { } known && session.Caller.Reaches(known.Project) ? known : await Unknown(session, agent.Value);

    /// <summary>The agent that somebody means: an id; a workspace's name alone, in the caller's project; null for the caller.</summary>
    /// <returns>The agent; <c>unknown_agent</c>, <c>bad_agent_id</c>, <c>no_agent</c>.</returns>
    public static async ValueTask<Result<Agent>> Named(Session session, string? reference)
    {
        if (reference is null)
        {
            return session.Caller.Agent is { } own ? await Find(session, own) : NoAgent;
        }
        var standing = reference.Contains('/', StringComparison.Ordinal) || session.Caller.Project is not { } project
            ? null
            : (await ProjectRegistry.Get(session, project)).Try(out var found, out _) ? found.Name : null;
        return AgentId.TryComplete(reference, standing, out var agent) ? await Find(session, agent) : BadId(reference);
    }

    /// <summary>As <see cref="Named"/>, for what only an agent itself, its operator or an administrator may do.</summary>
    /// <returns>The agent; also <c>not_your_agent</c>.</returns>
    public static async ValueTask<Result<Agent>> Own(Session session, string? reference)
    {
        if (!(await Named(session, reference)).Try(out var agent, out var error))
        {
            return error;
        }
        return session.Caller.Agent == agent.AgentId || session.Caller.Operates(agent)
            ? agent
            : Error.Forbidden("not_your_agent", $"{agent.AgentId} is another's agent.", "Do it as that agent, or with an administrator's key.");
    }

    /// <summary>Every agent of a project, by id.</summary>
    public static ValueTask<List<Agent>> InProject(Session session, ProjectId project) => session.Query(
        Select + "WHERE a.project = @project ORDER BY a.agent",
        row => Read(row, session.Now),
        ("project", project));

    /// <summary>The humans whom a project's agents work for, each once.</summary>
    public static ValueTask<List<string>> OperatorsIn(Session session, ProjectId project) => session.Query(
        "SELECT DISTINCT a.operator FROM agents a WHERE a.project = @project AND a.operator IS NOT NULL",
        row => row.Text("operator"),
        ("project", project));

    /// <summary>The agents of a project that gave the latest signs, those online first.</summary>
    public static async ValueTask<List<Agent>> LatestIn(Session session, ProjectId project, int limit)
    {
        var agents = await session.Query(
            SelectCounted + "WHERE a.project = @project ORDER BY a.last_seen_at DESC, a.agent LIMIT @limit",
            row => Read(row, session.Now) with { SessionCount = row.Number("sessions") },
            ("fresh", AgentSessions.Fresh(session)),
            ("project", project),
            ("limit", limit));
        return [.. agents.OrderBy(agent => agent.Presence != Presence.Online)];
    }

    /// <summary>The agent with this id, within reach or not.</summary>
    internal static ValueTask<Agent?> Any(Session session, AgentId agent) => session.Known(agent.Value, () => session.First(
        SelectHeard + "WHERE a.agent = @agent",
        row => Read(row, session.Now) with { HeardAt = row.TimeOrNull("heard_at") },
        ("session", session.Caller.Session.Value),
        ("agent", agent)));

    /// <summary>The agents that a condition, perhaps with an order, picks.</summary>
    internal static ValueTask<List<Agent>> Where(Session session, string condition, (string, object?)[] parameters) =>
        session.Query(Select + condition, row => Read(row, session.Now), parameters);

    /// <summary>Agents in the order of their ids, of one project or all, online or all.</summary>
    internal static ValueTask<List<Agent>> After(Session session, ProjectId? project, bool online, string after, int limit) => session.Query(
        SelectCounted +
        """
        WHERE a.agent > @after
          AND (CAST(@project AS TEXT) IS NULL OR a.project = @project)
          AND (@online = 0 OR (a.left_at IS NULL AND a.last_seen_at >= @since))
        ORDER BY a.agent
        LIMIT @limit
        """,
        row => Read(row, session.Now) with { SessionCount = row.Number("sessions") },
        ("fresh", AgentSessions.Fresh(session)),
        ("after", after),
        ("project", project?.Value),
        ("online", online),
        ("since", session.Now - Signs.OnlineFor),
        ("limit", limit));

    /// <summary>Every agent of one project becomes another's, with its id.</summary>
    internal static async ValueTask Move(Session session, ProjectId from, ProjectId into)
    {
        await session.Execute(
            """
            UPDATE agents SET project = @into, place = place + (SELECT COALESCE(MAX(a.place), 0) FROM agents a WHERE a.project = @into)
            WHERE project = @from
            """,
            ("into", into),
            ("from", from));
        await AgentSessions.Move(session, from, into);
    }

    /// <summary>Adds an agent; false when its id, or its workspace, is taken.</summary>
    internal static async ValueTask<bool> Add(Session session, Agent agent) => await session.ExecuteCounted(
        """
        INSERT INTO agents (project, agent, host, path, binding, fingerprint, operator, program, model, role, display_name, status,
                            session, vouched, workspace_key, registered_at, last_seen_at, online_since, registered_by, place)
        VALUES (@project, @agent, @host, @path, @binding, @fingerprint, @operator, @program, @model, @role, @display_name, @status,
                @session, @vouched, @workspace_key, @registered_at, @last_seen_at, @online_since, @registered_by,
                (SELECT COALESCE(MAX(a.place), 0) + 1 FROM agents a WHERE a.project = @project))
        ON CONFLICT DO NOTHING
        """,
        [.. Columns(agent), ("registered_at", agent.RegisteredAt), ("last_seen_at", agent.LastSeenAt),
         ("online_since", agent.Since),
         ("registered_by", KeptLimits.Keeper(session))]) == 1;

    /// <summary>Writes what may change of an agent beside its presence.</summary>
    internal static async ValueTask Update(Session session, Agent agent) => await session.Execute(
        """
        UPDATE agents
        SET host = @host, path = @path, binding = @binding, fingerprint = @fingerprint, operator = @operator, program = @program,
            model = @model, role = @role, display_name = @display_name, status = @status, session = @session,
            vouched = @vouched, workspace_key = @workspace_key
        WHERE project = @project AND agent = @agent
        """,
        Columns(agent));

    /// <summary>The workspace no longer speaks as this agent.</summary>
    internal static async ValueTask Release(Session session, Agent agent) => await session.Execute(
        "UPDATE agents SET binding = 'former' WHERE agent = @agent",
        ("agent", agent.AgentId));

    /// <summary>Replaces what an agent's repository calls other projects.</summary>
    internal static async ValueTask SetExternals(Session session, AgentId agent, IReadOnlyList<(string Name, ProjectId Project)> externals)
    {
        await session.Execute("DELETE FROM external_projects WHERE agent = @agent", ("agent", agent));
        foreach (var (name, project) in externals)
        {
            await session.Execute(
                "INSERT INTO external_projects (agent, name, project) VALUES (@agent, @name, @project) ON CONFLICT (agent, name) DO NOTHING",
                ("agent", agent),
                ("name", name),
                ("project", project));
        }
    }

    internal static readonly Error NoAgent = Error.Invalid(
        "no_agent", "No agent was named, and the caller is none.", "Name one, or say which agent you act as with --as or the Wigwag-Agent header.");

    internal static Error BadId(string reference) => Error.Invalid(
        "bad_agent_id",
        $"{Sanitize.Quote(reference)} is not {AgentId.Form}.",
        "Write workspace/project in lower-case letters, digits, '.', '_' and '-', or the workspace alone in a clone of the project.");

    private static async ValueTask<Error> Unknown(Session session, string reference)
    {
        // Names are mostly mistyped behind their first letter; what is near in another way is looked for in the caller's project.
        var first = reference.ToLowerInvariant();
        var near = await session.Query(
            """
            SELECT agent, project FROM (
              SELECT agent, project FROM agents WHERE agent >= @first AND agent < @end ORDER BY agent LIMIT @most) AS alike
            UNION ALL
            SELECT agent, project FROM (
              SELECT agent, project FROM agents WHERE project = @project ORDER BY last_seen_at DESC, agent LIMIT @most) AS here
            """, // agents_by_id, agents_by_sign
            row => (Agent: row.Text("agent"), Project: ProjectId.Parse(row.Text("project"))),
            ("first", first.Length == 0 ? "" : first[..1]),
            ("end", first.Length == 0 ? "" : first[..1] + "\U0010FFFF"),
            ("project", session.Caller.Project?.Value ?? ""),
            ("most", (long)MaxIdsSearched));
        var ids = near.Where(agent => session.Caller.Reaches(agent.Project)).Select(agent => agent.Agent);
        return Error.NotFound(
            "unknown_agent",
            $"No agent {Sanitize.Quote(reference)} is known here.",
            NearNames.Offer(reference, ids, "`wigwag agent list` shows all; an agent registers with its first command."));
    }

    private static (string, object?)[] Columns(Agent agent) =>
    [
        ("project", agent.Project),
        ("agent", agent.AgentId),
        ("host", agent.Host),
        ("path", agent.Path),
        ("binding", Name(agent.Binding)),
        ("fingerprint", agent.Fingerprint),
        ("operator", agent.Operator),
        ("program", agent.Program),
        ("model", agent.Model),
        ("role", agent.Role),
        ("display_name", agent.DisplayName),
        ("status", Name(agent.Status)),
        ("session", agent.Session),
        ("vouched", agent.IsVouched),
        ("workspace_key", agent.WorkspaceKey),
    ];

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static Agent Read(Row row, DateTimeOffset now)
    {
        var lastSeen = row.Time("last_seen_at");
        var left = row.TimeOrNull("left_at");
        var presence = Signs.Presence(lastSeen, left, now);
        return new()
        {
            AgentId = AgentId.Parse(row.Text("agent")),
            Project = ProjectId.Parse(row.Text("project")),
            ProjectName = row.Text("project_name"),
            Operator = row.TextOrNull("operator"),
            Program = row.TextOrNull("program"),
            Model = row.TextOrNull("model"),
            Role = row.TextOrNull("role"),
            DisplayName = row.TextOrNull("display_name"),
            Status = Enum.Parse<AgentStatus>(row.Text("status"), ignoreCase: true),
            Session = row.TextOrNull("session"),
            Presence = presence,
            HasLeft = left is not null || presence == Presence.Stale,
            Since = presence == Presence.Online ? row.Time("online_since") : left ?? lastSeen,
            LastSeenAt = lastSeen,
            RegisteredAt = row.Time("registered_at"),
            Host = row.TextOrNull("host"),
            Path = row.TextOrNull("path"),
            Fingerprint = row.TextOrNull("fingerprint"),
            Binding = Enum.Parse<Binding>(row.Text("binding"), ignoreCase: true),
            IsVouched = row.Number("vouched") == 1,
            WorkspaceKey = row.TextOrNull("workspace_key"),
            Place = row.Number("place"),
        };
    }
}
