using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Core.Hooks;

/// <summary>A path that a tool is about to write.</summary>
/// <param name="Path">Absolute, without <c>.</c> and <c>..</c>.</param>
/// <param name="IsPattern">True when it stands for every path that it matches as a glob.</param>
/// <param name="Typed">The absolute path with its <c>..</c>, where it has any: behind a link they lead elsewhere than they seem to.</param>
public readonly record struct WriteTarget(string Path, bool IsPattern = false, string? Typed = null)
{
    /// <summary>Where it leads when links are followed; of a pattern, those before its first special character.</summary>
    public WriteTarget Real(Func<string, string> realPath)
    {
        var path = Typed ?? Path;
        var special = IsPattern ? Glob.IndexOfSpecial(path) : -1;
        var end = special < 0 ? path.Length : path.LastIndexOf('/', special);
        return new(end <= 0 ? Path : realPath(path[..end]).TrimEnd('/') + path[end..], IsPattern);
    }
}
