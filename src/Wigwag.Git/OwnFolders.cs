using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>
/// The folders that are a clone's own, in which Wigwag may write when it sets the clone up: its working copy and git's folders. A clone's
/// files can name any folder of its reader's as one of these; each must say itself that it is this clone's.
/// </summary>
public sealed class OwnFolders
{
    private const int MaxPointerBytes = 4096;

    private readonly Repository _repository;

    private OwnFolders(Repository repository, IReadOnlyList<string> all) => (_repository, All) = (repository, all);

    /// <summary>The folders, without links.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>Asks git.</summary>
    /// <returns>The folders; <c>worktree_elsewhere</c>, <c>git_folder_elsewhere</c>, and what git refuses.</returns>
    internal static async ValueTask<Result<OwnFolders>> Of(Repository repository, CancellationToken cancel)
    {
        if (!(await GitConfig.Read(repository, cancel)).Try(out var config, out var error))
        {
            return error;
        }
        var (git, common) = (RealPath.Of(repository.GitDir), RealPath.Of(repository.CommonDir));
        // git itself takes no notice of it in a linked worktree.
        var worktree = repository.IsWorktree || config["core.worktree"] is not { } named ? null : RealPath.Of(Path.GetFullPath(named, git));
        if (worktree is not null && worktree != repository.Root)
        {
            return Error.Conflict(
                "worktree_elsewhere",
                $"The configuration of {repository.Root} says that its working copy is {worktree} (core.worktree). Nothing is set up.",
                "If that is wrong: git config --unset core.worktree");
        }
        if (!RealPath.IsWithin(git, repository.Root) && worktree is null && PointsTo(git) != Path.Combine(repository.Root, ".git"))
        {
            return Elsewhere(repository, git);
        }
        if (!RealPath.IsWithin(common, repository.Root) && common != git && Path.GetDirectoryName(git) != Path.Combine(common, "worktrees"))
        {
            return Elsewhere(repository, common);
        }
        var main = repository.IsWorktree ? repository.MainRoot : null;
        return new OwnFolders(repository, [.. new[] { repository.Root, git, common, main }.OfType<string>().Distinct()]);
    }

    /// <summary>True when a path, with its links followed, lies in one of them.</summary>
    public bool Contains(string path) => RealPath.Of(path) is var real && All.Any(folder => RealPath.IsWithin(real, folder));

    /// <summary>True when a path, with its links followed, lies in the working copy and not in git's own folder.</summary>
    public bool IsTracked(string path) => RealPath.Of(path) is var real && RealPath.IsWithin(real, _repository.Root)
        && !RealPath.IsWithin(real, RealPath.Of(_repository.GitDir)) && !RealPath.IsWithin(real, RealPath.Of(_repository.CommonDir));

    /// <summary>Why a file may not be written, or null when it may.</summary>
    public Error? Forbids(string file) => Contains(file) ? null : Error.Forbidden(
        "link_outside",
        $"{file} is not written: a link leads it to {RealPath.Of(file)}, outside of this clone.",
        "Replace the link by a file or folder.");

    // A linked worktree's git folder names the .git of the worktree.
    private static string? PointsTo(string git) =>
        PlainFile.ReadText(Path.Combine(git, "gitdir"), MaxPointerBytes, git).Try(out var text, out _) && text is not null
        ? RealPath.Of(Path.GetFullPath(text.TrimEnd('\r', '\n'), git))
        : null;

    private static Error Elsewhere(Repository repository, string folder) => Error.Forbidden(
        "git_folder_elsewhere",
        $"The git folder of {repository.Root} is {folder}, which does not say that it is this working copy's. Nothing is written there.",
        $"If it does: git config core.worktree '{repository.Root}'");
}
