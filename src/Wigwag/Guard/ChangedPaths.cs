using Wigwag.Git;

namespace Wigwag.Program.Guard;

/// <summary>The paths that a commit or a push changes, from the working copy's root; a rename is both of its paths.</summary>
internal static class ChangedPaths
{
    private static readonly string[] Names = ["--name-only", "-z", "--no-renames"];

    /// <summary>What is about to be committed.</summary>
    public static List<string> Staged(Workspace workspace)
    {
        var changed = Diff(workspace, []);
        // What a merge brings in, others have committed already; only what differs from both sides is this commit's own.
        return File.Exists(Path.Combine(workspace.GitDir, "MERGE_HEAD"))
            ? [.. changed.Intersect(Diff(workspace, ["MERGE_HEAD"]), StringComparer.Ordinal)]
            : changed;
    }

    /// <summary>What the commits change that are about to be pushed and that the remote does not have.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="remote">The remote's name, or its address where it has none.</param>
    /// <param name="references">What git tells the hook: a line each, local name, local commit, remote name, remote commit.</param>
    public static List<string> Pushed(Workspace workspace, string remote, string references)
    {
        var changed = new HashSet<string>(StringComparer.Ordinal);
        var known = IsPlain(remote) ? $"--remotes={remote}" : "--remotes";
        foreach (var line in references.Split('\n'))
        {
            if (line.Split(' ') is not [_, var local, _, var theirs] || !IsCommit(local))
            {
                // Nothing, or a branch that is removed: no commit of it is new.
                continue;
            }
            var list = (string[])["log", "--format=", "--no-show-signature", .. Names, "-c", "--root", local, "--not", known];
            var output = IsCommit(theirs) ? GitProcess.TryAsk(workspace.Path, [.. list, theirs, "--"]) : null;
            // The commit that the remote has may be unknown here.
            changed.UnionWith(Split(output ?? GitProcess.Ask(workspace.Path, [.. list, "--"])));
        }
        return [.. changed];
    }

    private static List<string> Diff(Workspace workspace, string[] against) => Split(GitProcess.Ask(
        workspace.Path,
        ["diff", "--cached", .. Names, "--no-ext-diff", "--no-textconv", "--no-relative", .. against, "--"]));

    private static List<string> Split(string output) => [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];

    // Forty or sixty-four digits, of which not all are zero.
    private static bool IsCommit(string id) => id.Length is 40 or 64 && id.All(char.IsAsciiHexDigitLower) && id.Any(c => c != '0');

    private static bool IsPlain(string remote) => remote.Length > 0 && remote.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
