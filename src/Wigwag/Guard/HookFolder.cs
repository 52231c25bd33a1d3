using Wigwag.Git;

namespace Wigwag.Program.Guard;

/// <summary>Where the hooks of a repository are, so that git or the hook manager that took its place runs what stands there.</summary>
/// <param name="Path">The folder of the files that the guard goes into.</param>
/// <param name="IsShared">True when the files are in the working copy, where git may track them and others get them too.</param>
/// <param name="IsEverywhere">True when other repositories of this user run the same files.</param>
/// <param name="Manager">What else manages these hooks, or null.</param>
internal sealed record HookFolder(string Path, bool IsShared, bool IsEverywhere, string? Manager)
{
    /// <summary>The folder that git looks into now: <c>core.hooksPath</c>, else the one that all worktrees share.</summary>
    public static HookFolder Of(Workspace workspace)
    {
        var named = GitProcess.Ask(workspace.Path, "rev-parse", "--git-path", "hooks").TrimEnd('\n');
        var folder = System.IO.Path.GetFullPath(named, workspace.Path);
        // Husky makes its folder anew at each installation; what it runs are the files beside it.
        var isHusky = folder.EndsWith("/.husky/_", StringComparison.Ordinal);
        if (isHusky)
        {
            folder = System.IO.Path.GetDirectoryName(folder)!;
        }
        var isOwn = IsWithin(folder, workspace.CommonDir) || IsWithin(folder, workspace.GitDir);
        var isShared = !isOwn && IsWithin(folder, workspace.Path);
        return new(folder, isShared, !isOwn && !isShared, isHusky ? "husky" : ManagerOf(folder, workspace.Path));
    }

    private static string? ManagerOf(string folder, string root)
    {
        var hook = System.IO.Path.Combine(folder, "pre-commit");
        var text = File.Exists(hook) ? File.ReadAllText(hook) : "";
        return text.Contains("lefthook", StringComparison.OrdinalIgnoreCase) ? "lefthook"
            : text.Contains("pre-commit.com", StringComparison.Ordinal) || text.Contains("pre_commit", StringComparison.Ordinal) ? "pre-commit"
            : text.Contains("husky", StringComparison.Ordinal) || folder == System.IO.Path.Combine(root, ".husky") ? "husky"
            : null;
    }

    private static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
