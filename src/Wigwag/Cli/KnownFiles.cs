using System.Text;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Git;
using Wigwag.Program.Guard;

namespace Wigwag.Program.Cli;

/// <summary>What git knows of the files of a working copy: those it tracks and those that it could.</summary>
internal static class KnownFiles
{
    /// <summary>True when one of the paths or scopes stands for a file that is there or that git tracks; also when git does not say.</summary>
    public static bool Any(Workspace workspace, IReadOnlyList<string> paths, bool areScopes) =>
        paths.Any(path => IsThere(workspace, path, areScopes)) || IsListed(workspace, paths, areScopes);

    private static bool IsThere(Workspace workspace, string path, bool isScope)
    {
        var isTree = path.EndsWith("/**", StringComparison.Ordinal);
        var plain = isTree ? path[..^3] : path;
        if (isScope && Glob.IndexOfSpecial(plain) >= 0)
        {
            return false;
        }
        var place = Path.Combine(workspace.Path, plain);
        return isTree || path.EndsWith('/') ? Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place).Any() : Path.Exists(place);
    }

    private static bool IsListed(Workspace workspace, IReadOnlyList<string> paths, bool areScopes)
    {
        if (GitProcess.TryAskBytes(workspace.Path, "ls-files", "-z", "--cached", "--others", "--exclude-standard") is not { } listed)
        {
            return true;
        }
        // Without case: how the project compares is for the server to say, and this is only a note.
        var globs = paths.Select(path => Glob.Parse(areScopes ? path : Glob.Escape(path), PathCase.Insensitive))
            .Select(read => read.Try(out var glob, out _) ? glob : null).OfType<Glob>().ToList();
        return globs.Count < paths.Count || Encoding.UTF8.GetString(listed).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Any(file => globs.Exists(glob => glob.Matches(file)));
    }
}
