using Wigwag.Core.Operations;

namespace Wigwag.Git;

/// <summary>git's configuration as it holds in one repository: system, user and repository together, the last value of each key winning.</summary>
internal sealed class GitConfig
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The names of the remotes, in their order.</summary>
    public List<string> Remotes { get; } = [];

    /// <summary>The value of a key, section and last part in lower case, or null.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>Asks git.</summary>
    /// <returns>The configuration; <c>unsafe_repository</c>, <c>git_failed</c> and what <see cref="GitCommand.Run"/> refuses.</returns>
    public static async ValueTask<Result<GitConfig>> Read(Repository repository, CancellationToken cancel)
    {
        // Alone, `git config` would answer for a repository that git otherwise refuses, without the repository's part.
        if (!(await GitCommand.Run(repository.Root, ["rev-parse", "--git-dir"], cancel)).Try(out var check, out var error))
        {
            return error;
        }
        if (check.ExitCode != 0)
        {
            return Failed(repository, check);
        }
        if (!(await GitCommand.Run(repository.Root, ["config", "--list", "-z"], cancel)).Try(out var list, out error))
        {
            return error;
        }
        return list.ExitCode == 0 ? Parse(list.Output) : Failed(repository, list);
    }

    /// <summary>The files beyond the repository that the configuration comes from, as far as they can be known without asking.</summary>
    public static IEnumerable<string> OutsideFiles()
    {
        if (Environment.GetEnvironmentVariable("GIT_CONFIG_GLOBAL") is { } global)
        {
            if (global.Length > 0)
            {
                yield return global;
            }
        }
        else
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            yield return Path.Combine(home, ".gitconfig");
            yield return Path.Combine(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".config"), "git", "config");
        }
        yield return Environment.GetEnvironmentVariable("GIT_CONFIG_SYSTEM") is { Length: > 0 } system ? system : "/etc/gitconfig";
    }

    /// <summary>Reads <c>key LF value NUL</c>, again and again.</summary>
    public static GitConfig Parse(string list)
    {
        var config = new GitConfig();
        foreach (var entry in list.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = entry.IndexOf('\n', StringComparison.Ordinal);
            var key = end < 0 ? entry : entry[..end];
            config._values[key] = end < 0 ? "" : entry[(end + 1)..];
            if (key.StartsWith("remote.", StringComparison.Ordinal) && key.EndsWith(".url", StringComparison.Ordinal)
                && key.Length > "remote..url".Length && key["remote.".Length..^".url".Length] is var name && !config.Remotes.Contains(name))
            {
                config.Remotes.Add(name);
            }
        }
        return config;
    }

    private static Error Failed(Repository repository, GitReply reply)
    {
        if (reply.Complaint.Contains("dubious ownership", StringComparison.Ordinal))
        {
            return Error.Forbidden(
                "unsafe_repository",
                $"git refuses {repository.Root}, because it belongs to another user.",
                $"If you trust it: git config --global --add safe.directory '{repository.Root}'");
        }
        // A complaint about an address may repeat it with its password.
        var reason = reply.Complaint.Split('\n')[0];
        return Error.Unavailable(
            "git_failed",
            reason.Contains("://", StringComparison.Ordinal) || reason.Any(char.IsControl) || reason.Length is 0 or > 300
                ? $"git refuses {repository.Root}."
                : $"git refuses {repository.Root}: {reason}",
            "Run `git status` there to see what is wrong.");
    }
}
