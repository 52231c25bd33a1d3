using System.Text.RegularExpressions;
using Wigwag.Core.Agents;
using Wigwag.Core.Projects;

namespace Wigwag.Git;

/// <summary>What a working copy's folder says about who works in it.</summary>
internal static partial class WorkspaceNames
{
    private const string Nobody = "main";

    // Folders that keep working copies and are named for that, not for anybody.
    private static readonly HashSet<string> Shelves = new(StringComparer.OrdinalIgnoreCase)
    {
        "src", "source", "sources", "code", "coding", "dev", "devel", "develop", "development", "repo", "repos", "repository",
        "repositories", "project", "projects", "work", "workspace", "workspaces", "worktree", "worktrees", "wt", "checkout", "checkouts",
        "clone", "clones", "git", "github", "github.com", "gitlab", "gitlab.com", "bitbucket", "bitbucket.org", "codeberg.org", "home",
        "user", "users", "root", "tmp", "temp", "private", "var", "opt", "srv", "usr", "local", "mnt", "media", "data", "app", "apps", "build",
        "builds", "documents", "desktop", "downloads", "go", "all", "main",
    };

    /// <summary>
    /// The workspace half of the agent's id: the parent folder's name (<c>dave</c> of <c>~/src/dave/vc</c>), <c>main</c> where that names
    /// no one; a worktree's own folder.
    /// </summary>
    public static string Of(Repository repository, ProjectId? project)
    {
        if (repository.IsWorktree)
        {
            return ShortName.Of(Path.GetFileName(repository.Root)) is { } own && own != AgentId.Everyone ? own : Nobody;
        }
        var parent = Path.GetDirectoryName(repository.Root);
        if (parent is null || IsHome(parent) || IsForgeLayout(repository.Root, project))
        {
            return Nobody;
        }
        var name = Path.GetFileName(parent);
        return Shelves.Contains(name) || Throwaway().IsMatch(name) ? Nobody : ShortName.Of(name) ?? Nobody;
    }

    /// <summary>What people would call the project where its remote does not say: the main working copy's folder.</summary>
    public static string? OfProject(Repository repository)
    {
        var folder = Path.GetFileName(repository.CommonDir) == ".git" ? Path.GetDirectoryName(repository.CommonDir)! : repository.Root;
        var name = Path.GetFileName(folder);
        return ShortName.Of(name.EndsWith(".git", StringComparison.Ordinal) ? name[..^".git".Length] : name);
    }

    private static bool IsHome(string folder) =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home && RealPath.Of(home) == folder;

    // ~/src/github.com/steveyegge/vc: the parent is the project's owner, not who works here.
    private static bool IsForgeLayout(string root, ProjectId? project) =>
        project is { IsLocal: false } id && root.EndsWith('/' + id.Value, StringComparison.OrdinalIgnoreCase);

    // tmp.a1B2c3 and tmpk3v9x0 of mktemp, and names made of nothing but hexadecimal.
    [GeneratedRegex(@"^(?:te?mp[._-].*|tmp[a-z0-9_]{6,}|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Throwaway();
}
