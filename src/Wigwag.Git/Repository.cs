namespace Wigwag.Git;

/// <summary>Where git keeps a working copy, found without running git.</summary>
/// <param name="Root">The working copy's root, or the repository itself when it is bare.</param>
/// <param name="GitDir">What belongs to this working copy: <c>.git</c>, <c>.git/worktrees/x</c>, <c>.git/modules/x</c>.</param>
/// <param name="CommonDir">What all its worktrees share, the configuration for one.</param>
/// <param name="IsBare">True when there is no working copy.</param>
internal sealed record Repository(string Root, string GitDir, string CommonDir, bool IsBare)
{
    private const int MaxPointerBytes = 4096;

    /// <summary>True for a linked worktree.</summary>
    public bool IsWorktree => GitDir != CommonDir;

    /// <summary>The repository that a folder is in, or null when it is in none.</summary>
    public static Repository? Around(string folder)
    {
        for (var at = RealPath.Of(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            var git = Path.Combine(at, ".git");
            if (Directory.Exists(git) && IsGitDir(git))
            {
                return Of(at, git);
            }
            if (File.Exists(git) && Pointer(git, "gitdir: ") is { } linked && Directory.Exists(linked))
            {
                return Of(at, RealPath.Of(linked));
            }
            if (IsGitDir(at))
            {
                return Path.GetFileName(at) == ".git" && Path.GetDirectoryName(at) is { } parent
                    ? Of(parent, at)
                    : new(at, at, at, IsBare: true);
            }
        }
        return null;
    }

    private static Repository Of(string root, string gitDir) =>
        new(root, gitDir, Pointer(Path.Combine(gitDir, "commondir"), "") is { } common ? RealPath.Of(common) : gitDir, IsBare: false);

    // As git itself decides it.
    private static bool IsGitDir(string folder) =>
        File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "objects")) && Directory.Exists(Path.Combine(folder, "refs"));

    /// <summary>The path that a small file names, relative to its folder.</summary>
    private static string? Pointer(string file, string prefix)
    {
        if (new FileInfo(file) is not { Exists: true, Length: > 0 and <= MaxPointerBytes })
        {
            return null;
        }
        var text = File.ReadAllText(file);
        return text.StartsWith(prefix, StringComparison.Ordinal) && text[prefix.Length..].TrimEnd('\r', '\n') is { Length: > 0 } path
            ? Path.GetFullPath(path, Path.GetDirectoryName(file)!)
            : null;
    }
}
