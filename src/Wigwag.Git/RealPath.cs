namespace Wigwag.Git;

/// <summary>One name for one folder: absolute, without symbolic links, so that a workspace reached by two ways is one.</summary>
public static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The path with every link in it followed; as far as it exists.</summary>
    public static string Of(string path) => Physical(Path.GetFullPath(path));

    /// <summary>As <see cref="Of"/>, where <c>..</c> behind a link leads to the folder above what the link leads to, as the kernel has it. Absolute paths only.</summary>
    public static string Physical(string path)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var real = "/";
        var links = 0;
        while (rest.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                // A link's target may have these. Up is from where the link before it leads, as the kernel has it.
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
