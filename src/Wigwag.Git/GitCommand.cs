using System.Diagnostics;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>What git said.</summary>
/// <param name="ExitCode">0 when it succeeded.</param>
/// <param name="Bytes">Standard output, byte for byte: names of files need not be UTF-8.</param>
/// <param name="Complaint">Standard error.</param>
public sealed record GitReply(int ExitCode, byte[] Bytes, string Complaint)
{
    /// <summary>Standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(Bytes);

    /// <summary>Standard output without the line's end, or null when git failed or said nothing.</summary>
    public string? Line => ExitCode == 0 && Output.TrimEnd('\n') is { Length: > 0 } line ? line : null;
}

/// <summary>
/// Runs the <c>git</c> command without a shell, on its own arguments only, so that no text from a repository becomes an option or a
/// program. The one place that runs git in a clone.
/// </summary>
public static class GitCommand
{
    // After the user's and the clone's configuration, so that these win.
    private static readonly string[] Always =
    [
        "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.attributesFile=/dev/null",
        "-c", "log.showSignature=false", "-c", "submodule.recurse=false",
    ];

    private static readonly string[] NoHooks = ["-c", "core.hooksPath=/dev/null"];

    /// <summary>Runs git in a folder.</summary>
    /// <returns>What it said, also when it failed; <c>git_missing</c>, <c>git_timeout</c>, <c>git_unreadable</c>.</returns>
    public static ValueTask<Result<GitReply>> Run(string folder, IReadOnlyList<string> arguments, CancellationToken cancel) =>
        Run(folder, arguments, GitUse.Question, cancel);

    /// <inheritdoc cref="Run(string, IReadOnlyList{string}, CancellationToken)"/>
    public static async ValueTask<Result<GitReply>> Run(
        string folder, IReadOnlyList<string> arguments, GitUse use, CancellationToken cancel)
    {
        if (Repository.Around(folder)?.Unreadable() is { } unreadable)
        {
            return unreadable;
        }
        var start = Programs.PrepareRedirected("git", folder, [.. Always, .. use.Options, .. use.ShowsHooksPath ? [] : NoHooks, .. Hardened(arguments)]);
        if (start is null)
        {
            return Missing();
        }
        use.Scrub(start.Environment);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(use.Patience);
        using var git = new Process { StartInfo = start };
        try
        {
            git.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Missing();
        }
        try
        {
            git.StandardInput.Close();
            var output = Read(git.StandardOutput.BaseStream, use.MaxOutput, limit.Token);
            var complaint = Read(git.StandardError.BaseStream, use.MaxOutput, limit.Token);
            await Task.WhenAll(output, complaint);
            await git.WaitForExitAsync(limit.Token);
            return await output is { } said && await complaint is { } complained
                ? new GitReply(git.ExitCode, said, Encoding.UTF8.GetString(complained))
                : Error.TooLarge(
                    "git_unreadable", $"git answered with more than {use.MaxOutput >> 20} MiB.", "Look at the size of the repository's configuration.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Error.Unavailable(
                "git_timeout",
                $"git did not answer within {use.Patience.TotalSeconds:0} s in {folder}.",
                "Run `git status` there; look at whether the disk answers and at what the configuration includes.");
        }
        finally
        {
            Stop(git);
        }
    }

    private static Error Missing() => Error.Unavailable(
        "git_missing",
        "The git command was not found in PATH; entries that are relative or inside of the clone are not looked into.",
        "Install git, or name the project with --project and the agent with --as.");

    /// <summary>A comparison would run the programs that a clone's configuration names for its kinds of files.</summary>
    private static IEnumerable<string> Hardened(IReadOnlyList<string> arguments) =>
        arguments[0] is "diff" or "diff-tree" or "diff-index" or "diff-files" or "log" or "show"
            ? [arguments[0], "--no-ext-diff", "--no-textconv", .. arguments.Skip(1)]
            : arguments;

    private static async Task<byte[]?> Read(Stream stream, int most, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (bytes.Length + count > most)
            {
                return null;
            }
            bytes.Write(buffer, 0, count);
        }
        return bytes.ToArray();
    }

    private static void Stop(Process git)
    {
        if (!git.HasExited)
        {
            git.Kill(entireProcessTree: true);
        }
    }
}
