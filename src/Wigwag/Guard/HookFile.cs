using System.Text;
using Wigwag.Git;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Guard;

/// <summary>Reads one hook. Its text may hold any bytes; as Latin-1 each is one character, and every one comes back.</summary>
internal static class HookFile
{
    // Some hooks are programs.
    private const int MaxBytes = 64 << 20;

    /// <summary>
    /// What is in a hook, or null when none is there. A link that leads elsewhere counts as an empty hook of somebody's: what other clones
    /// run is neither looked at nor changed through it.
    /// </summary>
    /// <exception cref="Refusal">It is no regular file, too large, or cannot be read.</exception>
    public static string? Read(string file, IReadOnlyList<string> within)
    {
        if (IsLink(file) && (!File.Exists(file) || !within.Any(folder => RealPath.IsWithin(RealPath.Of(file), folder))))
        {
            return "";
        }
        if (!PlainFile.Read(file, MaxBytes, within).Try(out var bytes, out var error))
        {
            throw new Refusal(error);
        }
        return bytes is null ? null : Encoding.Latin1.GetString(bytes);
    }

    /// <summary>True also for a link that leads nowhere.</summary>
    public static bool Exists(string file) => Path.Exists(file) || IsLink(file);

    /// <summary>Gives a hook another name; a link stays the link it is, wherever it leads.</summary>
    public static void Rename(string from, string to)
    {
        if (new FileInfo(from).LinkTarget is not { } target)
        {
            File.Move(from, to);
            return;
        }
        File.CreateSymbolicLink(to, target);
        File.Delete(from);
    }

    public static bool IsLink(string file) => new FileInfo(file).LinkTarget is not null;
}
