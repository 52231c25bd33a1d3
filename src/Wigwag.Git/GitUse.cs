namespace Wigwag.Git;

/// <summary>What git is asked for, and so what it is given of the environment and how long it may take.</summary>
public sealed record GitUse
{
    // The user's own choice of configuration.
    private static readonly string[] OfTheUser = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

    // What git tells a hook about the commit or push it is called for, and `git -c` of whoever called git.
    private static readonly string[] OfTheHook =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE", "GIT_SHALLOW_FILE", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
    ];

    private GitUse()
    {
    }

    /// <summary>What the clone in a folder is: the folder decides, and no variable names another.</summary>
    public static GitUse Question { get; } = new();

    /// <summary>Where the clone's hooks are, which no other question may see.</summary>
    public static GitUse HooksPath { get; } = new() { ShowsHooksPath = true };

    /// <summary>
    /// What changes, asked from within a hook of git's: <c>GIT_INDEX_FILE</c> names the index that is about to be committed. A large push
    /// takes its time.
    /// </summary>
    public static GitUse Hook { get; } = new() { IsInHook = true, Patience = TimeSpan.FromMinutes(5), MaxOutput = 256 << 20 };

    internal bool ShowsHooksPath { get; private init; }

    internal bool IsInHook { get; private init; }

    // A push sends the commits as they are, so replacements and grafts, which change how they look here, do not count.
    internal IReadOnlyList<string> Options => IsInHook ? ["--no-replace-objects"] : [];

    internal TimeSpan Patience { get; private init; } = TimeSpan.FromSeconds(10);

    internal int MaxOutput { get; private init; } = 4 << 20;

    /// <summary>Takes out of an environment what a hook, an alias or a stranger may have put there for git.</summary>
    internal void Scrub(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal) && !IsKept(name)).ToList())
        {
            environment.Remove(name);
        }
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        // What is asked is all here. A clone that claims to be partial would have git fetch what it lacks, with programs of the
        // clone's choice.
        environment["GIT_ALLOW_PROTOCOL"] = "none";
        environment["LC_ALL"] = "C";
        if (IsInHook)
        {
            environment["GIT_GRAFT_FILE"] = "/dev/null";
        }
    }

    private bool IsKept(string name) => OfTheUser.Contains(name) || (IsInHook && (OfTheHook.Contains(name)
        || name.StartsWith("GIT_CONFIG_KEY_", StringComparison.Ordinal)
        || name.StartsWith("GIT_CONFIG_VALUE_", StringComparison.Ordinal)));
}
