using System.Text;
using Wigwag.Git;

namespace Wigwag.Program.Guard;

/// <summary>The other names that changed paths have through links which git tracks: somebody may have reserved a file by such a name.</summary>
internal static class LinkedPaths
{
    // What is longer than a check takes is no name of a reservation.
    private const int Longest = 500;

    public static IEnumerable<ChangedPath> Of(Workspace workspace, IReadOnlyCollection<ChangedPath> changed) =>
        Named(workspace, changed).Where(path => path.Text.Length <= Longest);

    private static IEnumerable<ChangedPath> Named(Workspace workspace, IReadOnlyCollection<ChangedPath> changed)
    {
        foreach (var (link, target) in Links(workspace))
        {
            foreach (var path in changed)
            {
                if (target.Length == 0)
                {
                    yield return new($"{link}/{path.Text}", path.IsPattern);
                }
                else if (path.Text.StartsWith(target, StringComparison.Ordinal) && (path.Text.Length == target.Length || path.Text[target.Length] == '/'))
                {
                    yield return new(link + path.Text[target.Length..], path.IsPattern);
                }
            }
        }
    }

    /// <summary>Each link of the index and where it leads, from the root; those that lead out of the working copy are left out.</summary>
    private static IEnumerable<(string Link, string Target)> Links(Workspace workspace)
    {
        foreach (var entry in Encoding.UTF8.GetString(GitProcess.AskBytes(workspace.Path, "ls-files", "-z", "--stage")).Split('\0'))
        {
            if (!entry.StartsWith("120000 ", StringComparison.Ordinal))
            {
                continue;
            }
            var link = entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..];
            var real = RealPath.Of(Path.Combine(workspace.Path, link));
            if (real == workspace.Path)
            {
                yield return (link, "");
            }
            else if (real.StartsWith(workspace.Path + "/", StringComparison.Ordinal) && real[(workspace.Path.Length + 1)..] is var target && target != link)
            {
                yield return (link, target);
            }
        }
    }
}
