using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>
/// The working copy a command runs in. <see cref="Discover"/> costs a few file look-ups and runs nothing, so every command can do
/// it; <see cref="Describe"/> asks git and is needed only to register.
/// </summary>
public sealed class Workspace
{
    // A link in git's folder could lead the search through the whole disk.
    private static readonly EnumerationOptions Loose =
        new() { RecurseSubdirectories = true, MaxRecursionDepth = 16, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly Repository _repository;

    private Workspace(Repository repository)
    {
        _repository = repository;
        Fingerprint = FingerprintOf(repository);
    }

    /// <summary>The name of this machine, whole as the system has it: Environment.MachineName ends at the first dot.</summary>
    public static string Host => System.Net.Dns.GetHostName();

    /// <summary>The working copy's root, absolute and without symbolic links; of a bare repository, itself.</summary>
    public string Path => _repository.Root;

    /// <summary>Where git keeps what belongs to this working copy alone: <c>.git</c>, or <c>.git/worktrees/x</c>.</summary>
    public string GitDir => _repository.GitDir;

    /// <summary>Where git keeps what all worktrees of the repository share.</summary>
    public string CommonDir => _repository.CommonDir;

    /// <summary>
    /// Changes when the repository's configuration, git's, or Wigwag's in the repository was written, when the first commit is
    /// made, and with <c>WIGWAG_OPERATOR</c>: then the workspace has to register again. It says nothing else.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>
    /// What the working copy shows a server to be recognized as the one that registered on this host; null where its secret cannot be kept.
    /// </summary>
    public string? Proof(string host) => WorkspaceSecret.Proof(GitDir, host, Path);

    /// <summary>The working copy that a folder is in: its root, any folder below, through symbolic links, a worktree, a submodule, <c>.git</c> itself.</summary>
    /// <returns>The workspace; <c>not_a_repository</c>, <c>unreadable_folder</c>.</returns>
    public static Result<Workspace> Discover(string path)
    {
        try
        {
            return Repository.Around(path) is { } repository
                ? new Workspace(repository)
                : Error.Invalid(
                    "not_a_repository",
                    $"{System.IO.Path.GetFullPath(path)} is not in a git repository, so it belongs to no project.",
                    "Run the command in a clone, run `git init` here, or say --project NAME and --as WORKSPACE/NAME.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return Error.Unavailable("unreadable_folder", $"The repository around {path} cannot be read: {e.Message}", "Look at the permissions of the folder and of its .git.");
        }
    }

    /// <summary>Everything the working copy says about itself, by asking git.</summary>
    /// <returns>
    /// The facts; <c>unsafe_repository</c>, <c>ambiguous_remote</c>, <c>bad_git_remote</c>, <c>bad_config</c>, <c>git_missing</c>,
    /// <c>git_timeout</c>, <c>git_failed</c>.
    /// </returns>
    public async ValueTask<Result<WorkspaceFacts>> Describe(CancellationToken cancel)
    {
        if (!(await GitConfig.Read(_repository, cancel)).Try(out var config, out var error)
            || !(await ProjectIdentity.Of(_repository, config, cancel)).Try(out var identity, out error)
            || !RepositoryConfig.Read(_repository.Root).Try(out var own, out error)
            || !(await ExternalProjects.Resolve(_repository.Root, own.Externals, cancel)).Try(out var externals, out error))
        {
            return error;
        }
        var (operatorName, operatorEmail) = Operator.Of(config);
        return new WorkspaceFacts
        {
            ProjectId = identity.Project,
            Project = identity.Remote ?? identity.Project.Value,
            ProjectName = identity.Project.IsWithoutRemote ? WorkspaceNames.OfProject(_repository) : null,
            Host = Host,
            Path = Path,
            Fingerprint = Fingerprint,
            WorkspaceName = WorkspaceNames.Of(_repository, identity.Project),
            OperatorName = operatorName,
            OperatorEmail = operatorEmail,
            ExternalProjects = externals.Projects,
            Warnings = [.. own.Warnings, .. externals.Warnings],
        };
    }

    /// <summary>The folders of this clone that Wigwag may write in when it sets the clone up. Asks git.</summary>
    /// <returns>The folders; <c>worktree_elsewhere</c>, <c>git_folder_elsewhere</c>, and what git refuses.</returns>
    public ValueTask<Result<OwnFolders>> OwnFolders(CancellationToken cancel) => Git.OwnFolders.Of(_repository, cancel);

    /// <summary>True when the repository has a configuration of Wigwag's in it.</summary>
    public bool HasConfig => RepositoryConfig.Files.Any(name => File.Exists(System.IO.Path.Combine(Path, name)));

    /// <summary>Where the repository says that the server of one of its external projects is, or null. Whether to go there is for the user to say, not for the repository.</summary>
    public string? CoordinationUrl(string externalProject) =>
        RepositoryConfig.Read(Path).Try(out var config, out _)
            ? config.Externals.FirstOrDefault(entry => entry.Name == externalProject)?.CoordinationUrl
            : null;

    private static string FingerprintOf(Repository repository)
    {
        var files = RepositoryConfig.Files.Select(name => System.IO.Path.Combine(repository.Root, name))
            .Prepend(System.IO.Path.Combine(repository.GitDir, "config.worktree"))
            .Prepend(System.IO.Path.Combine(repository.CommonDir, "config"))
            .Concat(GitConfig.OutsideFiles());
        var text = new StringBuilder(Operator.Override).Append('\n').Append(HasCommits(repository));
        foreach (var file in files.Select(file => new FileInfo(file)))
        {
            text.Append('\n').Append(CultureInfo.InvariantCulture, $"{(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)} {(file.Exists ? file.Length : 0)}");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }

    // A branch that has a commit has a file of its own, or had one before the branches were packed.
    private static bool HasCommits(Repository repository)
    {
        var heads = System.IO.Path.Combine(repository.CommonDir, "refs", "heads");
        return File.Exists(System.IO.Path.Combine(repository.CommonDir, "packed-refs"))
            || (Directory.Exists(heads) && Directory.EnumerateFiles(heads, "*", Loose).Any());
    }
}
