using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Git;

/// <summary>Which project a repository is a clone of.</summary>
/// <param name="Project">Its id.</param>
/// <param name="Remote">The remote that says so, without credentials; null for a repository that has none.</param>
internal sealed record ProjectIdentity(ProjectId Project, string? Remote)
{
    // A clone of a clone of a clone.
    private const int MaxClones = 5;

    private const int MaxHeadBytes = 4096;

    /// <summary>
    /// By its remote: <c>origin</c>, else the upstream remote of the branch, else the only one. A remote that is a working copy on this
    /// machine has the identity of that one. Without a remote, by its root commit, and without a commit, by its folder.
    /// </summary>
    /// <returns>The identity; <c>ambiguous_remote</c>, <c>bad_git_remote</c> and what git refuses.</returns>
    public static ValueTask<Result<ProjectIdentity>> Of(Repository repository, GitConfig config, CancellationToken cancel) =>
        Of(repository, config, MaxClones, cancel);

    /// <summary>The same for any repository, read first.</summary>
    public static ValueTask<Result<ProjectIdentity>> Of(Repository repository, CancellationToken cancel) => Of(repository, MaxClones, cancel);

    private static async ValueTask<Result<ProjectIdentity>> Of(Repository repository, int clones, CancellationToken cancel) =>
        (await GitConfig.Read(repository, cancel)).Try(out var config, out var error) ? await Of(repository, config, clones, cancel) : error;

    private static async ValueTask<Result<ProjectIdentity>> Of(Repository repository, GitConfig config, int clones, CancellationToken cancel)
    {
        if (config.Remotes.Count == 0)
        {
            return await WithoutRemote(repository, cancel);
        }
        if (Deciding(repository, config) is not { } name)
        {
            return Ambiguous(config);
        }
        // git itself says where the remote is, with insteadOf applied.
        if (!(await GitCommand.Run(repository.Root, ["remote", "get-url", "--end-of-options", name], cancel)).Try(out var reply, out var error))
        {
            return error;
        }
        if (reply.Line?.Split('\n')[0] is not { } url)
        {
            return Error.Invalid("bad_git_remote", $"git does not say where the remote '{name}' is.", "Look at `git remote -v`.");
        }
        return await FromUrl(repository, name, url, clones, cancel);
    }

    private static async ValueTask<Result<ProjectIdentity>> FromUrl(Repository repository, string name, string url, int clones, CancellationToken cancel)
    {
        if (LocalPath(repository.Root, url) is { } path)
        {
            path = RealPath.Of(path);
            var upstream = Directory.Exists(path) ? Repository.Around(path) : null;
            // A bare repository is where its clones meet, so its place is their name. A working copy is a clone like any other.
            if (upstream is { IsBare: false } && upstream.Root == path && path != repository.Root && clones > 0)
            {
                return await Of(upstream, clones - 1, cancel);
            }
            url = path;
        }
        return GitRemote.Parse(url).Try(out var remote, out var error)
            ? new ProjectIdentity(remote.Project, remote.Url)
            : error with { Message = $"The remote '{name}' names no project. {error.Message}", Next = $"Look at `git remote -v`. {error.Next}" };
    }

    /// <summary>The remote that decides, or null when several are equal.</summary>
    private static string? Deciding(Repository repository, GitConfig config)
    {
        if (config.Remotes.Contains("origin"))
        {
            return "origin";
        }
        return Branch(repository) is { } branch && config[$"branch.{branch}.remote"] is { } upstream && config.Remotes.Contains(upstream)
            ? upstream
            : config.Remotes is [var only] ? only : null;
    }

    private static string? Branch(Repository repository)
    {
        const string Prefix = "ref: refs/heads/";
        var file = Path.Combine(repository.GitDir, "HEAD");
        return PlainFile.ReadText(file, MaxHeadBytes, RealPath.Of(repository.GitDir)).Try(out var head, out _) && head is not null && head.StartsWith(Prefix, StringComparison.Ordinal) ? head[Prefix.Length..].TrimEnd('\n') : null;
    }

    /// <summary>The absolute path of a remote that is one, as git reads it from the root; else null.</summary>
    private static string? LocalPath(string root, string url)
    {
        if (url.StartsWith("file:///", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.UnescapeDataString(url["file://".Length..]);
        }
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        var slash = url.IndexOf('/', StringComparison.Ordinal);
        var isPath = url.Length > 0 && url[0] != '-' && !url.Any(char.IsControl) && (colon < 0 || (slash >= 0 && slash < colon));
        return isPath ? Path.GetFullPath(url, root) : null;
    }

    private static async ValueTask<Result<ProjectIdentity>> WithoutRemote(Repository repository, CancellationToken cancel)
    {
        if (repository.IsBare)
        {
            return GitRemote.Parse(repository.Root).Try(out var remote, out var error) ? new ProjectIdentity(remote.Project, remote.Url) : error;
        }
        if (!(await GitCommand.Run(repository.Root, ["rev-list", "--max-parents=0", "--first-parent", "--end-of-options", "HEAD"], cancel)).Try(out var reply, out var refusal))
        {
            return refusal;
        }
        return new ProjectIdentity(
            reply.Line is { } commit ? ProjectId.OfRootCommit(commit.Split('\n')[^1]) : ProjectId.OfFolder(Workspace.Host, repository.Root), Remote: null);
    }

    private static Error Ambiguous(GitConfig config)
    {
        var choices = config.Remotes.Select(name => config[$"remote.{name}.url"] is { } url && GitRemote.Normalize(url).Try(out var project, out _)
            ? $"{name} ({project})"
            : name);
        return Error.Conflict(
            "ambiguous_remote",
            $"The repository has several remotes, none is called origin, and the branch follows none: {string.Join(", ", choices)}.",
            $"Choose one: `git branch --set-upstream-to={config.Remotes[0]}/BRANCH`, or `git remote rename {config.Remotes[0]} origin`, or --project with one of the ids.");
    }
}
