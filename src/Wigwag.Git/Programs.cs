using System.Diagnostics;
using System.Text;

namespace Wigwag.Git;

/// <summary>
/// How other programs are found and started. <see cref="Process"/> alone would look beside this program, then in the current directory,
/// then in every entry of <c>PATH</c>; a clone that has a file called <c>git</c> would be run by the first command given in it.
/// </summary>
public static class Programs
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // The byte order mark that Encoding.UTF8 writes first is no part of what a program is told.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The absolute path of a program, or null when none of the <see cref="Folders"/> has it.</summary>
    /// <param name="name">Its name without a folder.</param>
    /// <param name="folder">Where it is to be run.</param>
    public static string? Find(string name, string folder) => Find(name, Folders(folder));

    /// <summary>
    /// The entries of <c>PATH</c> in which programs are looked for: absolute ones that do not lie in a clone around
    /// <paramref name="folder"/> or around the current directory. An entry that is empty, relative or <c>.</c> means a different folder in every clone.
    /// </summary>
    public static IReadOnlyList<string> Folders(string folder) => Folders(Environment.GetEnvironmentVariable("PATH") ?? "", [folder, "."]);

    /// <summary>The same for a <c>PATH</c> that is given, and the clones around some folders.</summary>
    public static IReadOnlyList<string> Folders(string path, IEnumerable<string> around)
    {
        var clones = around.SelectMany(Clones).Distinct().ToList();
        return [.. path.Split(':').Where(entry => entry.StartsWith('/')
            && !clones.Exists(clone => RealPath.IsWithin(Path.GetFullPath(entry), clone) || RealPath.IsWithin(RealPath.Of(entry), clone)))];
    }

    /// <summary>
    /// Everything to start a program with, without a shell: its absolute path, its arguments as they are, and a <c>PATH</c> for
    /// what it starts in its turn. Null when it is not found.
    /// </summary>
    /// <param name="program">A name to look for, or an absolute path.</param>
    /// <param name="folder">Where it is run.</param>
    /// <param name="arguments">A list of its own; no text becomes more than one.</param>
    public static ProcessStartInfo? Prepare(string program, string folder, params IEnumerable<string> arguments)
    {
        var folders = Folders(folder);
        var path = Path.IsPathRooted(program) ? program : Find(program, folders);
        if (path is null)
        {
            return null;
        }
        var start = new ProcessStartInfo(path, arguments) { WorkingDirectory = folder, UseShellExecute = false };
        start.Environment["PATH"] = string.Join(':', folders);
        return start;
    }

    /// <summary>The same with all three streams redirected, as UTF-8.</summary>
    public static ProcessStartInfo? PrepareRedirected(string program, string folder, params IEnumerable<string> arguments)
    {
        if (Prepare(program, folder, arguments) is not { } start)
        {
            return null;
        }
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        (start.StandardInputEncoding, start.StandardOutputEncoding, start.StandardErrorEncoding) = (Utf8, Utf8, Utf8);
        return start;
    }

    private static string? Find(string name, IEnumerable<string> folders) => name.Contains('/', StringComparison.Ordinal)
        ? throw new ArgumentException($"'{name}' is not the name of a program.", nameof(name))
        : folders.Select(entry => Path.Combine(entry, name)).FirstOrDefault(IsProgram);

    private static bool IsProgram(string file) => File.Exists(file) && (File.GetUnixFileMode(file) & Execute) != 0;

    /// <summary>The roots of the clones that a folder is in, a submodule's outer ones too, and a worktree's main working copy.</summary>
    private static IEnumerable<string> Clones(string folder)
    {
        var home = RealPath.Of(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        // Some keep their whole home in git; their own programs are there, and a clone of somebody else's is not.
        for (var at = folder; at is not null && TryAround(at) is { } clone && !RealPath.IsWithin(home, clone.Root);)
        {
            at = Path.GetDirectoryName(clone.Root);
            yield return clone.Root;
            if (clone.MainRoot is { } main && !RealPath.IsWithin(home, main))
            {
                yield return main;
            }
        }
    }

    private static Repository? TryAround(string folder)
    {
        try
        {
            return Repository.Around(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that is gone, or a clone in which git does not answer either; the command that needs it says so.
            return null;
        }
    }
}
