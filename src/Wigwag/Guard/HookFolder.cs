using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Guard;

/// <summary>Where the hooks of a repository are, so that git or the hook manager that took its place runs what stands there.</summary>
/// <param name="Path">The folder of the files that the guard goes into, without links.</param>
/// <param name="IsShared">True when the files are in the working copy, where git may track them and others get them too.</param>
/// <param name="IsEverywhere">True when it is not a folder of this clone's, so that other repositories may run the same files.</param>
/// <param name="Manager">What else manages these hooks, or null.</param>
internal sealed record HookFolder(string Path, bool IsShared, bool IsEverywhere, string? Manager)
{
    /// <summary>The folder that git looks into now: <c>core.hooksPath</c>, else the one that all worktrees share.</summary>
    /// <exception cref="Refusal">git cannot say it.</exception>
    public static HookFolder Of(Workspace workspace, OwnFolders own)
    {
        var question = GitCommand.Run(workspace.Path, ["rev-parse", "--git-path", "hooks"], GitUse.HooksPath, CancellationToken.None);
        if (!question.AsTask().GetAwaiter().GetResult().Try(out var reply, out var error))
        {
            throw new Refusal(error);
        }
        var named = reply.Line ?? throw new Refusal(Error.Unavailable(
            "git_failed",
            $"git does not say where the hooks of {workspace.Path} are.",
            "Run 'git rev-parse --git-path hooks' there to see why."));
        var folder = RealPath.Of(System.IO.Path.GetFullPath(named, workspace.Path));
        // Husky makes its folder anew at each installation; what it runs are the files beside it.
        var isHusky = folder.EndsWith("/.husky/_", StringComparison.Ordinal);
        if (isHusky)
        {
            folder = System.IO.Path.GetDirectoryName(folder)!;
        }
        var isEverywhere = !own.Contains(folder);
        var isGits = new[] { workspace.CommonDir, workspace.GitDir }.Any(git => RealPath.IsWithin(folder, RealPath.Of(git)));
        return new(folder, !isEverywhere && !isGits, isEverywhere, isHusky ? "husky" : ManagerOf(folder, own));
    }

    private static string? ManagerOf(string folder, OwnFolders own)
    {
        var text = HookFile.Read(System.IO.Path.Combine(folder, "pre-commit"), [.. own.All, folder]) ?? "";
        return text.Contains("lefthook", StringComparison.OrdinalIgnoreCase) ? "lefthook"
            : text.Contains("pre-commit.com", StringComparison.Ordinal) || text.Contains("pre_commit", StringComparison.Ordinal) ? "pre-commit"
            : text.Contains("husky", StringComparison.Ordinal) || own.All.Any(root => folder == System.IO.Path.Combine(root, ".husky")) ? "husky"
            : null;
    }
}
