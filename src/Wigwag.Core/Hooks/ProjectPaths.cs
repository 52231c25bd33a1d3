using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Hooks;

/// <summary>What a tool writes, by project: a session may edit in the clone of another project beside its own.</summary>
/// <param name="Project">Whose files they are.</param>
/// <param name="Paths">From the root of the working copy.</param>
/// <param name="Patterns">Globs from there.</param>
internal sealed record ProjectPaths(ProjectId Project, List<string> Paths, List<string> Patterns)
{
    /// <summary>Sorts absolute paths into the workspaces on the agent's machine; what lies in none is nobody's.</summary>
    public static async ValueTask<List<ProjectPaths>> Of(Dispatcher dispatcher, Caller caller, IReadOnlyList<WriteTarget> targets, CancellationToken cancel)
    {
        if (targets.Count == 0 || caller.Agent is not { } self)
        {
            return [];
        }
        var found = await dispatcher.Store.Read<List<ProjectPaths>>(caller, async (session, _) =>
        {
            var sorted = new Dictionary<ProjectId, ProjectPaths>();
            if (await AgentRegistry.Any(session, self) is not { Host: { } host } agent)
            {
                return sorted.Values.ToList();
            }
            foreach (var target in targets)
            {
                // Its own clone is where nearly everything is; another workspace may be inside it, as worktrees are.
                var workspace = await NamedWorkspace.Around(session, host, target.Path);
                var (project, root) = workspace is null ? (agent.Project, agent.Path) : (workspace.Project, workspace.Path);
                if (root is null || !target.Path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) || !caller.Reaches(project))
                {
                    continue;
                }
                if (!sorted.TryGetValue(project, out var paths))
                {
                    sorted[project] = paths = new(project, [], []);
                }
                var path = target.Path[(root.TrimEnd('/').Length + 1)..];
                if (path.Length > 0 && !path.Any(char.IsControl) && path != ".git" && !path.StartsWith(".git/", StringComparison.Ordinal))
                {
                    (target.IsPattern ? paths.Patterns : paths.Paths).Add(path);
                }
            }
            return sorted.Values.Where(each => each.Paths.Count + each.Patterns.Count > 0).ToList();
        }, cancel);
        return found.Try(out var projects, out _) ? projects : [];
    }
}
