using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Guard;

/// <summary>
/// Asks git as a hook of git's asks it: in the environment that git gave the hook, where <c>GIT_INDEX_FILE</c> names the index that is
/// about to be committed. No shell, and no program of the repository's own.
/// </summary>
internal static class GitProcess
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>What git printed.</summary>
    /// <exception cref="Refusal">git is missing or refuses.</exception>
    public static string Ask(string folder, params IEnumerable<string> arguments) => Utf8.GetString(AskBytes(folder, arguments));

    /// <summary>What git printed, byte for byte: names of files need not be UTF-8.</summary>
    /// <exception cref="Refusal">git is missing or refuses.</exception>
    public static byte[] AskBytes(string folder, params IEnumerable<string> arguments) => TryAskBytes(folder, arguments)
        ?? throw Failed(folder);

    /// <summary>That git refused to say what changed.</summary>
    public static Refusal Failed(string folder) =>
        new(Error.Unavailable("git_failed", $"git cannot say what changed in {folder}.", "Run 'git status' there to see what is wrong."));

    /// <summary>What git printed, or null when it refused.</summary>
    public static string? TryAsk(string folder, params IEnumerable<string> arguments) => TryAskBytes(folder, arguments) is { } bytes ? Utf8.GetString(bytes) : null;

    /// <summary>As <see cref="AskBytes"/>, or null when git refused.</summary>
    public static byte[]? TryAskBytes(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        // A push sends the commits as they are, so replacements and grafts, which change how they look here, do not count.
        start.Environment["GIT_GRAFT_FILE"] = "/dev/null";
        foreach (var argument in (IEnumerable<string>)["--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            using var git = Process.Start(start)!;
            git.StandardInput.Close();
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            using var output = new MemoryStream();
            git.StandardOutput.BaseStream.CopyTo(output);
            git.WaitForExit();
            return git.ExitCode == 0 ? output.ToArray() : null;
        }
        catch (Win32Exception)
        {
            throw new Refusal(Error.Unavailable("git_missing", "The git command was not found.", "Install git."));
        }
    }
}
