namespace Wigwag.Core.Hooks.Shell;

/// <summary>Collects the paths that are written.</summary>
internal sealed class Targets
{
    private readonly HashSet<WriteTarget> _found = [];

    public IEnumerable<WriteTarget> Found => _found;

    /// <summary>Adds a word, unless it or the folder it is relative to is not known.</summary>
    public void Add(ShellWord word, string? folder)
    {
        if (word.IsKnown && word.Text.Length > 0)
        {
            Add(word.Text, folder, word.IsPattern);
        }
    }

    public void Add(string path, string? folder, bool isPattern = false)
    {
        if (Resolve(path, folder) is { } whole && !whole.StartsWith("/dev/", StringComparison.Ordinal) && !whole.StartsWith("/proc/", StringComparison.Ordinal))
        {
            var typed = path[0] == '/' ? path : $"{folder}/{path}";
            _found.Add(new(whole, isPattern, typed.Contains("/..", StringComparison.Ordinal) ? typed : null));
        }
    }

    /// <summary>A file or a folder with all that is in it.</summary>
    public void AddTree(ShellWord word, string? folder)
    {
        Add(word, folder);
        if (word.IsKnown && word.Text.Length > 0)
        {
            Add(word.Text.TrimEnd('/') + "/**", folder, isPattern: true);
        }
    }

    /// <summary>A path made absolute, or null when that cannot be said.</summary>
    public static string? Resolve(string path, string? folder) =>
        path.Length is 0 or > 4096 || path.Contains('\0', StringComparison.Ordinal) ? null
        : path[0] == '/' ? Path.GetFullPath(path)
        : folder is null || folder.Length == 0 || folder[0] != '/' ? null
        : Path.GetFullPath(path, folder);
}
