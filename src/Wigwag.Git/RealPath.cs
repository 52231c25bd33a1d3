namespace Wigwag.Git;

/// <summary>One name for one folder: absolute, without symbolic links, so that a workspace reached by two ways is one.</summary>
public static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The path with every link in it followed; as far as it exists.</summary>
    public static string Of(string path)
    {
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var real = "/";
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                // Only a link's target has these. Up is from where the link before it leads, as the kernel has it.
                real = part == "." ? real : Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (links < MaxLinks && new FileInfo(next).LinkTarget is { } target)
            {
                links++;
                real = target.StartsWith('/') ? "/" : real;
                foreach (var linked in Parts(target).Reverse())
                {
                    rest.Push(linked);
                }
            }
            else
            {
                real = next;
            }
        }
        return real;
    }

    /// <summary>True when a path is a folder or lies in it. Both are absolute and without links.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
