using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Git;

/// <summary>Turns what a repository's configuration says about other projects into remotes without credentials.</summary>
internal static class ExternalProjects
{
    /// <summary>
    /// Each entry's remote; where it gives only a path, that of the clone there. A clone that is not on this machine is a warning: the
    /// file is shared, the machine is not.
    /// </summary>
    /// <returns>The projects and the warnings; <c>bad_config</c> naming file and line.</returns>
    public static async ValueTask<Result<(List<ExternalProject> Projects, List<string> Warnings)>> Resolve(
        string root, IReadOnlyList<ExternalEntry> entries, CancellationToken cancel)
    {
        List<ExternalProject> projects = [];
        List<string> warnings = [];
        foreach (var entry in entries)
        {
            if (entry.GitRemote is { } url)
            {
                if (!GitRemote.Parse(url).Try(out var remote, out var error))
                {
                    return error with { Code = "bad_config", Message = $"{entry.Place}: {entry.Name}: {error.Message}" };
                }
                projects.Add(new() { Name = entry.Name, Project = remote.Url ?? remote.Project.Value });
            }
            else if (Around(root, entry.LocalPath!) is not { } repository)
            {
                warnings.Add($"{entry.Place}: {entry.Name} was left out: its local_path is not in a git repository, and it has no git_remote.");
            }
            else if ((await ProjectIdentity.Of(repository, cancel)).Try(out var identity, out var refusal))
            {
                projects.Add(new() { Name = entry.Name, Project = identity.Remote ?? identity.Project.Value });
            }
            else
            {
                warnings.Add($"{entry.Place}: {entry.Name} was left out: {refusal.Message}");
            }
        }
        return (projects, warnings);
    }

    private static Repository? Around(string root, string path)
    {
        if (path.Any(char.IsControl))
        {
            return null;
        }
        var folder = path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
            : Path.GetFullPath(path, root);
        return Directory.Exists(folder) ? Repository.Around(folder) : null;
    }
}
