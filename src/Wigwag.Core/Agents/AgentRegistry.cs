using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

/// <summary>The agents of this server. One whose project the caller's credential does not reach is not there.</summary>
public static class AgentRegistry
{
    private const int MaxIdsSearched = 5000;

    private const string Select =
        """
        SELECT a.agent, a.project, p.name AS project_name, a.host, a.path, a.binding, a.fingerprint, a.operator, a.program, a.model,
               a.role, a.display_name, a.status, a.session, a.registered_at, a.last_seen_at, a.online_since, a.left_at
        FROM agents a
        JOIN projects p ON p.project = a.project

        """;

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
        var caller = session.Caller;
        var owns = caller.Agent == agent.AgentId
            || caller.Role == Role.Administrator
            || (caller.Role == Role.Operator && caller.Operator is not null && caller.Operator == agent.Operator);
        return owns
            ? agent
            : Error.Forbidden("not_your_agent", $"{agent.AgentId} is another's agent.", "Do it as that agent, or with an administrator's key.");
    }

    /// <summary>Every agent of a project, by id.</summary>
    public static ValueTask<List<Agent>> InProject(Session session, ProjectId project) => session.Query(
        Select + "WHERE a.project = @project ORDER BY a.agent",
        row => Read(row, session.Now),
        ("project", project));

    /// <summary>The agents of a project that gave the latest signs, those online first.</summary>
    public static async ValueTask<List<Agent>> LatestIn(Session session, ProjectId project, int limit)
    {
        var agents = await session.Query(
            Select + "WHERE a.project = @project ORDER BY a.last_seen_at DESC, a.agent LIMIT @limit",
            row => Read(row, session.Now),
            ("project", project),
            ("limit", limit));
        return [.. agents.OrderBy(agent => agent.Presence != Presence.Online)];
    }

    /// <summary>The agent that a workspace speaks as unless told otherwise, or null for one that is not registered.</summary>
    public static ValueTask<Agent?> ForWorkspace(Session session, string host, string path) => session.First(
        Select + "WHERE a.host = @host AND a.path = @path AND a.binding = 'workspace'",
        row => Read(row, session.Now),
        ("host", host),
        ("path", path));

    /// <summary>The agent of the innermost registered workspace that a path on a host lies in, or null.</summary>
    public static ValueTask<Agent?> Around(Session session, string host, string path) => session.First(
        Select + """
        WHERE a.host = @host AND a.binding = 'workspace' AND SUBSTR(@path, 1, LENGTH(a.path) + 1) = a.path || '/'
        ORDER BY LENGTH(a.path) DESC LIMIT 1
        """,
        row => Read(row, session.Now),
        ("host", host),
        ("path", path.TrimEnd('/') + "/"));

    /// <summary>
    /// The project half of the id that a name alone means in a workspace: that of its agent of this name, or of the agent it speaks as.
    /// Null in one that is not registered.
    /// </summary>
    public static async ValueTask<string?> ProjectNameAt(Session session, string host, string path, string name)
    {
        var agents = await session.Query(
            Select + "WHERE a.host = @host AND a.path = @path ORDER BY a.last_seen_at DESC",
            row => Read(row, session.Now),
            ("host", host),
            ("path", path));
        agents.RemoveAll(agent => !session.Caller.Reaches(agent.Project));
        return agents.Find(agent => agent.AgentId.Workspace.Equals(name, StringComparison.OrdinalIgnoreCase))?.AgentId.ProjectName
            ?? agents.Find(agent => agent.Binding == Binding.Workspace)?.ProjectName;
    }

    /// <summary>
    /// Notes that the calling agent is alive. Signs closer together than <see cref="Signs.RememberedEvery"/> are one; a sign after an
    /// absence is told in the log.
    /// </summary>
    public static async ValueTask Seen(Session session)
    {
        if (session.Caller.Agent is { } id && await Any(session, id) is { } agent
            && (agent.Presence != Presence.Online || session.Now - agent.LastSeenAt > Signs.RememberedEvery))
        {
            await Touch(session, agent);
        }
    }

    /// <summary>Notes that an agent is alive, and when it came.</summary>
    internal static async ValueTask<Agent> Touch(Session session, Agent agent)
    {
        var came = agent.Presence != Presence.Online;
        var present = agent with { Presence = Presence.Online, HasLeft = false, LastSeenAt = session.Now, Since = came ? session.Now : agent.Since };
        await session.Execute(
            "UPDATE agents SET last_seen_at = @now, online_since = @since, left_at = NULL WHERE agent = @agent",
            ("now", session.Now),
            ("since", present.Since),
            ("agent", agent.AgentId));
        await ClaimBook.Keep(session, agent.AgentId);
        if (came)
        {
            await session.Append(AgentEvents.Online, agent.Project, agent.AgentId.Value, present);
        }
        return present;
    }

    /// <summary>Notes that an agent said goodbye.</summary>
    internal static async ValueTask<Agent> Leave(Session session, Agent agent)
    {
        await session.Execute(
            "UPDATE agents SET last_seen_at = @now, left_at = @now WHERE agent = @agent",
            ("now", session.Now),
            ("agent", agent.AgentId));
        var absent = agent with { Presence = Presence.Offline, HasLeft = true, LastSeenAt = session.Now, Since = session.Now };
        await session.Append(AgentEvents.Offline, agent.Project, agent.AgentId.Value, absent);
        return absent;
    }

    /// <summary>The agent with this id, within reach or not.</summary>
    internal static ValueTask<Agent?> Any(Session session, AgentId agent) => session.Known(agent.Value, () => session.First(
        Select + "WHERE a.agent = @agent",
        row => Read(row, session.Now),
        ("agent", agent)));

    /// <summary>The id that a workspace spoke as when it was a clone of a project before, or null.</summary>
    internal static ValueTask<Agent?> Former(Session session, string host, string path, ProjectId project) => session.First(
        Select + "WHERE a.host = @host AND a.path = @path AND a.project = @project AND a.binding = 'former' ORDER BY a.last_seen_at DESC",
        row => Read(row, session.Now),
        ("host", host),
        ("path", path),
        ("project", project));

    /// <summary>Agents in the order of their ids, of one project or all, online or all.</summary>
    internal static ValueTask<List<Agent>> After(Session session, ProjectId? project, bool online, string after, int limit) => session.Query(
        Select +
        """
        WHERE a.agent > @after
          AND (CAST(@project AS TEXT) IS NULL OR a.project = @project)
          AND (@online = 0 OR (a.left_at IS NULL AND a.last_seen_at >= @since))
        ORDER BY a.agent
        LIMIT @limit
        """,
        row => Read(row, session.Now),
        ("after", after),
        ("project", project?.Value),
        ("online", online),
        ("since", session.Now - Signs.OnlineFor),
        ("limit", limit));

    /// <summary>Every agent of one project becomes another's, with its id.</summary>
    internal static async ValueTask Move(Session session, ProjectId from, ProjectId into) => await session.Execute(
        "UPDATE agents SET project = @into WHERE project = @from",
        ("into", into),
        ("from", from));

    /// <summary>Adds an agent; false when its id, or its workspace, is taken.</summary>
    internal static async ValueTask<bool> Add(Session session, Agent agent) => await session.ExecuteCounted(
        """
        INSERT INTO agents (project, agent, host, path, binding, fingerprint, operator, program, model, role, display_name, status,
                            session, registered_at, last_seen_at, online_since)
        VALUES (@project, @agent, @host, @path, @binding, @fingerprint, @operator, @program, @model, @role, @display_name, @status,
                @session, @registered_at, @last_seen_at, @online_since)
        ON CONFLICT DO NOTHING
        """,
        [.. Columns(agent), ("registered_at", agent.RegisteredAt), ("last_seen_at", agent.LastSeenAt), ("online_since", agent.Since)]) == 1;

    /// <summary>Writes what may change of an agent beside its presence.</summary>
    internal static async ValueTask Update(Session session, Agent agent) => await session.Execute(
        """
        UPDATE agents
        SET host = @host, path = @path, binding = @binding, fingerprint = @fingerprint, operator = @operator, program = @program,
            model = @model, role = @role, display_name = @display_name, status = @status, session = @session
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
        var ids = (await After(session, null, online: false, "", MaxIdsSearched)).Where(agent => session.Caller.Reaches(agent.Project));
        return Error.NotFound(
            "unknown_agent",
            $"No agent {Sanitize.Quote(reference)} is known here.",
            NearNames.Offer(reference, ids.Select(agent => agent.AgentId.Value), "`wigwag agent list` shows all; an agent registers with its first command."));
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
        };
    }
}
