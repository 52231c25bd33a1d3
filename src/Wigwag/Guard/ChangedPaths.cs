using Wigwag.Git;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Guard;

/// <summary>
/// The paths that a commit, a rebase or a push changes, from the working copy's root. A rename is both of its paths; a submodule and a
/// link that take a folder's place change all below it.
/// </summary>
internal static class ChangedPaths
{
    // Each said here, so that no configuration of the repository hides a change.
    private static readonly string[] Raw =
        ["--raw", "-z", "--no-renames", "--ignore-submodules=none", "--no-ext-diff", "--no-textconv", "--no-relative", "--no-color"];

    /// <summary>What is about to be committed.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="isMerge">True for git's <c>pre-merge-commit</c>, which runs before git writes down what is merged.</param>
    public static List<ChangedPath> Staged(Workspace workspace, bool isMerge)
    {
        var changed = Diff(workspace, []);
        // What a merge brings in, others have committed already; only what differs from every side is this commit's own.
        foreach (var side in Merged(workspace, isMerge))
        {
            changed.IntersectWith(Diff(workspace, [side]));
        }
        return [.. changed];
    }

    /// <summary>What the commits change that are about to be pushed and that no remote has, as far as this clone knows.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="references">What git tells the hook: a line each, local name, local commit, remote name, remote commit.</param>
    public static List<ChangedPath> Pushed(Workspace workspace, string references)
    {
        var changed = new HashSet<ChangedPath>();
        foreach (var line in references.Split('\n'))
        {
            // A branch that is removed has no new commit.
            if (line.Split(' ') is [_, var local, _, var theirs] && IsCommit(local))
            {
                // The commit that the remote has may be unknown here.
                changed.UnionWith((IsCommit(theirs) ? New(workspace, [local], theirs) : null) ?? New(workspace, [local]) ?? throw GitProcess.Failed(workspace.Path));
            }
        }
        return [.. changed];
    }

    /// <summary>What the commits change that a rebase is about to make anew.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="upstream">What they are put on, as git tells the hook.</param>
    /// <param name="branch">The branch, or null for the current one.</param>
    public static List<ChangedPath> Rebased(Workspace workspace, string upstream, string? branch)
    {
        var from = Commit(workspace, branch ?? "HEAD");
        var onto = Commit(workspace, upstream);
        return from is null ? [] : [.. New(workspace, [from], onto is null ? [] : [onto]) ?? throw GitProcess.Failed(workspace.Path)];
    }

    /// <summary>What the commits change that a rebase has made.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="rewritten">What git tells the hook: a line each, the old commit and the new one.</param>
    public static List<ChangedPath> Rewritten(Workspace workspace, string rewritten)
    {
        var made = rewritten.Split('\n').Select(line => line.Split(' ')).Where(ids => ids.Length > 1 && IsCommit(ids[1])).Select(ids => ids[1]).Distinct();
        var changed = new HashSet<ChangedPath>();
        foreach (var some in made.Chunk(500))
        {
            changed.UnionWith(New(workspace, some) ?? throw GitProcess.Failed(workspace.Path));
        }
        return [.. changed];
    }

    /// <summary>
    /// What the commits change that can be reached from these and from no remote. That a commit is on a remote is all that says that it is
    /// somebody else's: names and addresses in a commit are what its author typed.
    /// </summary>
    private static HashSet<ChangedPath>? New(Workspace workspace, string[] commits, params string[] known)
    {
        // -c lists of a merge what differs from all its sides.
        var output = GitProcess.TryAskBytes(
            workspace.Path, ["log", "--format=", "--no-show-signature", .. Raw, "-c", "--root", .. commits, "--not", "--remotes", .. known, "--"]);
        return output is null ? null : Read(output);
    }

    private static HashSet<ChangedPath> Diff(Workspace workspace, string[] against) =>
        Read(GitProcess.AskBytes(workspace.Path, ["diff", "--cached", .. Raw, .. against, "--"]));

    private static IEnumerable<string> Merged(Workspace workspace, bool isMerge)
    {
        const string variable = "GITHEAD_";
        var heads = PlainFile.ReadText(Path.Combine(workspace.GitDir, "MERGE_HEAD"), PlainFile.MaxConfigBytes);
        return (heads.Try(out var read, out var error) ? read : throw new Refusal(error)) is { } merged ? merged.Split('\n').Where(IsCommit)
            : !isMerge ? []
            : Environment.GetEnvironmentVariables().Keys.OfType<string>()
                .Where(name => name.StartsWith(variable, StringComparison.Ordinal)).Select(name => name[variable.Length..]).Where(IsCommit);
    }

    /// <summary>Reads git's raw form: a header of modes, ids and a status that begins with a colon, and behind it a path, each up to a zero byte.</summary>
    internal static HashSet<ChangedPath> Read(ReadOnlySpan<byte> raw)
    {
        var changed = new HashSet<ChangedPath>();
        var takesBelow = (bool?)null;
        while (raw.Length > 0)
        {
            var end = raw.IndexOf((byte)0);
            var token = end < 0 ? raw : raw[..end];
            raw = end < 0 ? [] : raw[(end + 1)..];
            if (takesBelow is { } below)
            {
                var path = ChangedPath.Of(token);
                changed.Add(path);
                if (below)
                {
                    changed.Add(path.Below());
                }
                takesBelow = null;
            }
            else if (token.Length > 0 && token[0] == ':')
            {
                takesBelow = HasMode(token, "160000"u8) || HasMode(token, "120000"u8);
            }
        }
        return changed;
    }

    // The modes come first: as many as there are colons, and one for the result.
    private static bool HasMode(ReadOnlySpan<byte> header, ReadOnlySpan<byte> mode)
    {
        var modes = header.IndexOfAnyExcept((byte)':') + 1;
        header = header.TrimStart((byte)':');
        for (; modes > 0 && header.Length > 0; modes--)
        {
            if (header.StartsWith(mode))
            {
                return true;
            }
            header = header[(header.IndexOf((byte)' ') + 1)..];
        }
        return false;
    }

    private static string? Commit(Workspace workspace, string name) =>
        name.StartsWith('-') ? null : GitProcess.TryAsk(workspace.Path, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}")?.TrimEnd('\n');

    // Forty or sixty-four digits, of which not all are zero.
    private static bool IsCommit(string id) => id.Length is 40 or 64 && id.All(char.IsAsciiHexDigitLower) && id.Any(c => c != '0');
}
