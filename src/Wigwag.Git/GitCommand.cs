using System.Diagnostics;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>What git said.</summary>
/// <param name="ExitCode">0 when it succeeded.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Complaint">Standard error.</param>
internal sealed record GitReply(int ExitCode, string Output, string Complaint)
{
    /// <summary>Standard output without the line's end, or null when git failed or said nothing.</summary>
    public string? Line => ExitCode == 0 && Output.TrimEnd('\n') is { Length: > 0 } line ? line : null;
}

/// <summary>Runs the <c>git</c> command without a shell, on its own arguments only, so that no text from a repository becomes an option or a program.</summary>
internal static class GitCommand
{
    private const int MaxOutput = 4 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // The user's own choice of configuration stays; everything else of GIT_ may come from a hook, an alias or a stranger.
    private static readonly string[] Kept = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

    /// <summary>Runs git in a folder.</summary>
    /// <returns>What it said, also when it failed; <c>git_missing</c>, <c>git_timeout</c>, <c>git_unreadable</c>.</returns>
    public static async ValueTask<Result<GitReply>> Run(string folder, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal) && !Kept.Contains(name)).ToList())
        {
            start.Environment.Remove(name);
        }
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        // What is asked is all here. A clone that claims to be partial would have git fetch what it lacks, with programs of the clone's choice.
        start.Environment["GIT_ALLOW_PROTOCOL"] = "none";
        start.Environment["LC_ALL"] = "C";
        foreach (var argument in (string[])["--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        using var git = new Process { StartInfo = start };
        try
        {
            git.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Error.Unavailable("git_missing", "The git command was not found.", "Install git, or name the project with --project and the agent with --as.");
        }
        try
        {
            git.StandardInput.Close();
            var output = Read(git.StandardOutput, limit.Token);
            var complaint = Read(git.StandardError, limit.Token);
            await Task.WhenAll(output, complaint);
            await git.WaitForExitAsync(limit.Token);
            return await output is { } said && await complaint is { } complained
                ? new GitReply(git.ExitCode, said, complained)
                : Error.TooLarge("git_unreadable", $"git answered with more than {MaxOutput >> 20} MiB.", "Look at the size of the repository's configuration.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Error.Unavailable("git_timeout", $"git did not answer within {Limit.TotalSeconds:0} s.", "Look at whether the repository's disk answers, and try again.");
        }
        finally
        {
            Stop(git);
        }
    }

    private static async Task<string?> Read(StreamReader stream, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (text.Length + count > MaxOutput)
            {
                return null;
            }
            text.Append(buffer, 0, count);
        }
        return text.ToString();
    }

    private static void Stop(Process git)
    {
        if (!git.HasExited)
        {
            git.Kill(entireProcessTree: true);
        }
    }
}
