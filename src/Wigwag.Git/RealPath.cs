namespace Wigwag.Git;

/// <summary>One name for one folder: absolute, without symbolic links, so that a workspace reached by two ways is one.</summary>
internal static class RealPath
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
            var next = Path.Combine(real, part);
            if (links < MaxLinks && new FileInfo(next).LinkTarget is { } target)
            {
                links++;
                var parts = Parts(Path.GetFullPath(target, real));
                real = "/";
                foreach (var linked in parts.Reverse())
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

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
