using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Guard;

/// <summary>Asks git as a hook of git's asks it: see <see cref="GitUse.Hook"/>.</summary>
internal static class GitProcess
{
    /// <summary>What git printed.</summary>
    /// <exception cref="Refusal">git is missing or refuses.</exception>
    public static string Ask(string folder, params IEnumerable<string> arguments) => TryAsk(folder, arguments) ?? throw Failed(folder);

    /// <summary>What git printed, byte for byte: names of files need not be UTF-8.</summary>
    /// <exception cref="Refusal">git is missing or refuses.</exception>
    public static byte[] AskBytes(string folder, params IEnumerable<string> arguments) => TryAskBytes(folder, arguments) ?? throw Failed(folder);

    /// <summary>That git refused to say what changed.</summary>
    public static Refusal Failed(string folder) =>
        new(Error.Unavailable("git_failed", $"git cannot say what changed in {folder}.", "Run 'git status' there to see what is wrong."));

    /// <summary>What git printed, or null when it refused.</summary>
    public static string? TryAsk(string folder, params IEnumerable<string> arguments) => Reply(folder, arguments)?.Output;

    /// <summary>As <see cref="AskBytes"/>, or null when git refused.</summary>
    public static byte[]? TryAskBytes(string folder, params IEnumerable<string> arguments) => Reply(folder, arguments)?.Bytes;

    private static GitReply? Reply(string folder, IEnumerable<string> arguments) =>
        GitCommand.Run(folder, [.. arguments], GitUse.Hook, CancellationToken.None).AsTask().GetAwaiter().GetResult().Try(out var reply, out var error)
            ? reply.ExitCode == 0 ? reply : null
            : throw new Refusal(error);
}
