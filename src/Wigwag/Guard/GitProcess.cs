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
    public static string Ask(string folder, params IEnumerable<string> arguments) => TryAsk(folder, arguments)
        ?? throw new Refusal(Error.Unavailable("git_failed", $"git cannot say what changed in {folder}.", "Run 'git status' there to see what is wrong."));

    /// <summary>What git printed, or null when it refused.</summary>
    public static string? TryAsk(string folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Utf8,
        };
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["LC_ALL"] = "C";
        foreach (var argument in (IEnumerable<string>)["--no-pager", "-c", "core.fsmonitor=false", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            using var git = Process.Start(start)!;
            git.StandardInput.Close();
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            throw new Refusal(Error.Unavailable("git_missing", "The git command was not found.", "Install git."));
        }
    }
}
