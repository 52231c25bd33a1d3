using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

/// <summary>
/// One working copy on one host, as a caller names it. Anybody can name any: so a caller finds there only the agents that its
/// working copy is proven to have, and those that its credential speaks for. Whatever else is there is not there for it.
/// </summary>
public sealed record NamedWorkspace(string Host, string Path)
{
    private const int MaxDepth = 64;

    private const string Mine =
        """
        (a.vouched = 1 OR a.workspace_key = CAST(@key AS TEXT) OR a.operator = CAST(@operator AS TEXT) OR a.agent = CAST(@self AS TEXT))

        """;

    /// <summary>True when the working copy that shows this is the one which the agent registered from last.</summary>
    public static bool IsProvenBy(string proof, Agent agent) => WorkspaceProof.Same(agent.WorkspaceKey, WorkspaceProof.Shown(proof));

    /// <summary>True when the agent's row says this place, and the caller may say so, too.</summary>
    public bool Holds(Caller caller, Agent agent) =>
        agent.Host == Host && agent.Path == Path && (IsProven(caller, agent) || caller.Operates(agent));

    /// <summary>
    /// True when the caller is the working copy that the agent registered from, or an administrator of the server. Only then is the
    /// workspace taken from the agent.
    /// </summary>
    public static bool IsProven(Caller caller, Agent agent) =>
        (caller.VouchesForWorkspaces && agent.IsVouched) || WorkspaceProof.Same(agent.WorkspaceKey, WorkspaceProof.KeyOf(caller));

    /// <summary>The agent that the workspace speaks as unless told otherwise, or null for one that is not registered.</summary>
    public async ValueTask<Agent?> Agent(Session session) => Best(session.Caller, await AgentRegistry.Where(
        session,
        $"WHERE a.host = @host AND a.path = @path AND a.binding = 'workspace' AND {Mine}", // agents_by_path
        [("host", Host), ("path", Path), .. Who(session.Caller)]));

    /// <summary>The id that the workspace spoke as when it was a clone of a project before, or null.</summary>
    public async ValueTask<Agent?> Former(Session session, ProjectId project) => Best(session.Caller, await AgentRegistry.Where(
        session,
        $"WHERE a.host = @host AND a.path = @path AND a.project = @project AND a.binding = 'former' AND {Mine}",
        [("host", Host), ("path", Path), ("project", project), .. Who(session.Caller)]));

    /// <summary>
    /// The project half of the id that a name alone means in the workspace: that of its agent of this name, or of the agent it speaks as.
    /// Null in one that is not registered.
    /// </summary>
    public async ValueTask<string?> ProjectNameFor(Session session, string name)
    {
        var agents = await AgentRegistry.Where(
            session,
            $"WHERE a.host = @host AND a.path = @path AND {Mine} ORDER BY a.last_seen_at DESC",
            [("host", Host), ("path", Path), .. Who(session.Caller)]);
        agents.RemoveAll(agent => !IsKnown(session.Caller, agent));
        return agents.Find(agent => agent.AgentId.Workspace.Equals(name, StringComparison.OrdinalIgnoreCase))?.AgentId.ProjectName
            ?? agents.Find(agent => agent.Binding == Binding.Workspace)?.ProjectName;
    }

    /// <summary>The agent of the innermost registered workspace that a path on a host lies in, or null.</summary>
    public static async ValueTask<Agent?> Around(Session session, string host, string path)
    {
        // agents_by_path, one seek for each folder above; a deeper path than any in earnest is cut.
        List<(string, object?)> folders = [];
        for (var folder = path.TrimEnd('/'); folders.Count < MaxDepth; folder = folder[..Math.Max(0, folder.LastIndexOf('/'))])
        {
            folders.Add(($"p{folders.Count}", folder.Length == 0 ? "/" : folder));
            if (folder.Length == 0)
            {
                break;
            }
        }
        var agents = await AgentRegistry.Where(
            session,
            $"""
            WHERE a.host = @host AND a.binding = 'workspace' AND a.path IN ({string.Join(", ", folders.Select(folder => "@" + folder.Item1))}) AND {Mine}
            ORDER BY LENGTH(a.path) DESC, a.vouched DESC, a.last_seen_at DESC
            """,
            [("host", host), .. folders, .. Who(session.Caller)]);
        return agents.Find(agent => IsKnown(session.Caller, agent));
    }

    /// <summary>The agent as a registration from this workspace leaves it: who stands for its place from now on.</summary>
    public Agent Settle(Caller caller, Agent agent, Agent? before)
    {
        var stays = before is not null && before.Host == Host && before.Path == Path && before.Binding == agent.Binding;
        return agent with
        {
            Host = Host,
            Path = Path,
            IsVouched = caller.VouchesForWorkspaces || (stays && before!.IsVouched),
            // Who shows nothing leaves what was shown before.
            WorkspaceKey = stays && caller.WorkspaceProof is null ? before!.WorkspaceKey : WorkspaceProof.KeyOf(caller),
        };
    }

    // The working copy itself before whatever its operator has there.
    private static Agent? Best(Caller caller, List<Agent> agents) => agents
        .Where(agent => IsProven(caller, agent) || caller.Operates(agent))
        .OrderByDescending(agent => IsProven(caller, agent))
        .ThenByDescending(caller.Operates)
        .ThenByDescending(agent => agent.IsVouched)
        .ThenByDescending(agent => agent.LastSeenAt)
        .FirstOrDefault();

    // An agent that somebody else placed here by their own word alone must not draw the caller's files to it.
    private static bool IsKnown(Caller caller, Agent agent) => caller.Reaches(agent.Project)
        && (agent.IsVouched || agent.AgentId == caller.Agent || IsProven(caller, agent)
            || (caller.Operator is not null && caller.Operator == agent.Operator));

    private static (string, object?)[] Who(Caller caller) =>
        [("key", WorkspaceProof.KeyOf(caller)), ("operator", caller.Operator), ("self", caller.Agent?.Value)];
}
