using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>Where git keeps a working copy, found without running git.</summary>
/// <param name="Root">The working copy's root, or the repository itself when it is bare.</param>
/// <param name="GitDir">What belongs to this working copy: <c>.git</c>, <c>.git/worktrees/x</c>, <c>.git/modules/x</c>.</param>
/// <param name="CommonDir">What all its worktrees share, the configuration for one.</param>
/// <param name="IsBare">True when there is no working copy.</param>
internal sealed record Repository(string Root, string GitDir, string CommonDir, bool IsBare)
{
    private const int MaxPointerBytes = 4096;

    // git reads these whole, whatever they are: a FIFO would hold it up, a link to /dev/zero fill the machine's memory.
    private static readonly string[] ReadByGit =
    [
        "HEAD", "config", "config.worktree", "commondir", "gitdir", "packed-refs", "shallow", "info/grafts", "info/attributes", "info/exclude",
        "objects/info/alternates", "index", "MERGE_HEAD",
    ];

    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, MaxRecursionDepth = 16, AttributesToSkip = 0 };

    /// <summary>True for a linked worktree.</summary>
    public bool IsWorktree => GitDir != CommonDir;

    /// <summary>The main working copy's root, where the git folder says that it has one; else null.</summary>
    public string? MainRoot => Path.GetFileName(CommonDir) == ".git" ? Path.GetDirectoryName(CommonDir) : null;

    /// <summary>The repository that a folder is in, or null when it is in none.</summary>
    /// <exception cref="IOException">A file that says where the repository is cannot be read.</exception>
    public static Repository? Around(string folder)
    {
        for (var at = RealPath.Of(folder); at is not null; at = Path.GetDirectoryName(at))
        {
            var git = Path.Combine(at, ".git");
            if (Directory.Exists(git) && IsGitDir(git))
            {
                return Of(at, git);
            }
            // What is neither a folder nor a regular file is passed over, as git does it.
            if (FileKinds.Of(git) == FileKind.Regular && Pointer(git, "gitdir: ") is { } linked && Directory.Exists(linked))
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

    /// <summary>The first of git's own files that git could not read to its end, or null when all can be.</summary>
    public Error? Unreadable()
    {
        var files = ReadByGit.SelectMany(name => (string[])[Path.Combine(GitDir, name), Path.Combine(CommonDir, name)])
            .Append(Path.Combine(Root, ".gitmodules"))
            .Concat(new[] { GitDir, CommonDir }.Distinct().Select(folder => Path.Combine(folder, "refs")).Where(Directory.Exists)
                .SelectMany(refs => Directory.EnumerateFiles(refs, "*", All)));
        return files.FirstOrDefault(file => FileKinds.Of(file) is not (FileKind.Missing or FileKind.Regular)) is { } odd
            ? Error.Unavailable(
                "unreadable_repository",
                $"git is not asked about {Root}: {odd} is not a regular file.",
                "Look at where this clone comes from; git itself could hang there.")
            : null;
    }

    private static Repository Of(string root, string gitDir) =>
        new(root, gitDir, Pointer(Path.Combine(gitDir, "commondir"), "") is { } common ? RealPath.Of(common) : gitDir, IsBare: false);

    // As git itself decides it.
    private static bool IsGitDir(string folder) =>
        File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "objects")) && Directory.Exists(Path.Combine(folder, "refs"));

    /// <summary>The path that a small file names, relative to its folder; null when it is not there or names nothing.</summary>
    private static string? Pointer(string file, string prefix)
    {
        var folder = Path.GetDirectoryName(file)!;
        if (FileKinds.Of(file) == FileKind.Missing)
        {
            return null;
        }
        if (!PlainFile.ReadText(file, MaxPointerBytes, RealPath.Of(folder)).Try(out var text, out var error))
        {
            throw new IOException(error.Message);
        }
        return text is not null && text.StartsWith(prefix, StringComparison.Ordinal) && text[prefix.Length..].TrimEnd('\r', '\n') is { Length: > 0 } path
            ? Path.GetFullPath(path, folder)
            : null;
    }
}
