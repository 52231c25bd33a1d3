using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Hooks;

/// <summary>The machine that the server runs on, whose links it can follow for the agents that work there.</summary>
/// <param name="Host">Its name.</param>
/// <param name="RealPath">An absolute path with every link in it followed.</param>
public sealed record Machine(string Host, Func<string, string> RealPath);

/// <summary>What a tool writes, by project: a session may edit in the clone of another project beside its own.</summary>
/// <param name="Project">Whose files they are.</param>
/// <param name="Paths">From the root of the working copy.</param>
/// <param name="Patterns">Globs from there.</param>
internal sealed record ProjectPaths(ProjectId Project, List<string> Paths, List<string> Patterns)
{
    /// <summary>
    /// Sorts absolute paths into the workspaces on the agent's machine; what lies in none is nobody's. A path through a link counts as
    /// it is named and as it leads.
    /// </summary>
    public static async ValueTask<Result<List<ProjectPaths>>> Of(
        Dispatcher dispatcher, Caller caller, IReadOnlyList<WriteTarget> targets, Machine? machine, CancellationToken cancel)
    {
        if (targets.Count == 0 || caller.Agent is not { } self)
        {
            return new List<ProjectPaths>();
        }
        return await dispatcher.Store.Read<List<ProjectPaths>>(caller, async (session, _) =>
        {
            var sorted = new Dictionary<ProjectId, ProjectPaths>();
            if (await AgentRegistry.Any(session, self) is not { Host: { } host } agent)
            {
                return sorted.Values.ToList();
            }
            foreach (var target in machine is not null && machine.Host == host ? targets.Concat(targets.Select(target => target.Real(machine.RealPath))) : targets)
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
                if (path.Length > 0 && path != ".git" && !path.StartsWith(".git/", StringComparison.Ordinal))
                {
                    paths.Add(path, target.IsPattern);
                }
            }
            return sorted.Values.Where(each => each.Paths.Count + each.Patterns.Count > 0).ToList();
        }, cancel);
    }

    /// <summary>Those of the paths that can be reserved by themselves.</summary>
    public IEnumerable<string> Reservable => Paths.Where(path => Scope.Parse(Literal(path), PathCase.Sensitive).Try(out _, out _));

    /// <summary>The scope that is this path and no other: <c>app/[id].tsx</c> is a file, not a class of letters.</summary>
    public static string Literal(string path) => path.StartsWith("./", StringComparison.Ordinal) ? "./" + Glob.Escape(path[2..]) : Glob.Escape(path);

    private void Add(string path, bool isPattern)
    {
        if (!isPattern && path.Contains('\uFFFD', StringComparison.Ordinal))
        {
            // A client writes this for what is not UTF-8 in a name: it may be any characters.
            (path, isPattern) = (string.Concat(Glob.Escape(path).Select(c => c == '\uFFFD' ? '*' : char.IsControl(c) ? '?' : c)), true);
        }
        path = isPattern ? Askable(path) : path;
        path = Scope.IsSurface(path) ? "./" + path : path;
        var list = isPattern ? Patterns : Paths;
        if (!list.Contains(path))
        {
            list.Add(path);
        }
    }

    // A shell takes patterns that reservations do not know, and reads some in another way: {1..9}, [[:alpha:]]. All of the folder stands for one.
    private static string Askable(string pattern)
    {
        if (!pattern.Contains("..", StringComparison.Ordinal) && !pattern.Contains("[[", StringComparison.Ordinal) && Scope.Parse("./" + pattern, PathCase.Sensitive).Try(out _, out _))
        {
            return pattern;
        }
        var special = Glob.IndexOfSpecial(pattern);
        var folder = pattern.LastIndexOf('/', special < 0 ? pattern.Length - 1 : special);
        return folder > 0 && Scope.Parse($"./{pattern[..folder]}/**", PathCase.Sensitive).Try(out _, out _) ? pattern[..folder] + "/**" : "**";
    }
}
