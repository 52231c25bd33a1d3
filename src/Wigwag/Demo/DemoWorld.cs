namespace Wigwag.Program.Demo;

/// <summary>Two throwaway repositories, two clones each: <c>dave/vc dave/beads main/vc main/beads</c>, and a Wigwag home of their own.</summary>
internal sealed class DemoWorld(string root)
{
    private const string Parser =
        """
        // One JSON document a line.
        exports.parse = function parse(text) {
          return text.split('\n').map(line => JSON.parse(line));
        };

        """;

    private const string Program =
        """
        const { readFileSync } = require('fs');
        const { parse } = require('../../beads/lib/parser.js');

        const issues = parse(readFileSync(process.argv[2], 'utf8'));
        console.log(`${issues.length} issues`);

        """;

    private const string Config =
        """
        external_projects:
          beads:
            git_remote: git@git.example.org:demo/beads.git
            local_path: ../beads

        """;

    /// <summary>The fix, as the second agent writes it.</summary>
    public const string FixedParser =
        """
        // One JSON document a line; blank lines say nothing.
        exports.parse = function parse(text) {
          return text.split('\n').filter(line => line.trim()).map(line => JSON.parse(line));
        };

        """;

    public string Root => root;

    public string Home => Path.Combine(root, "home");

    /// <summary>What every process of the play is told: its own home, and nothing of whoever plays it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["WIGWAG_HOME"] = Path.Combine(root, "home"),
        // The usual port is for the server of whoever plays it.
        ["WIGWAG_LISTEN"] = "127.0.0.1:0",
        ["WIGWAG_URL"] = "",
        ["WIGWAG_TOKEN"] = "",
        ["WIGWAG_AGENT"] = "",
        ["NO_COLOR"] = "1",
    };

    public string Clone(string agent) => Path.Combine(root, agent);

    public async Task Make(CancellationToken cancel)
    {
        await Repository("beads", cancel, ("lib/parser.js", Parser));
        await Repository("vc", cancel, ("bin/vc.js", Program), ("fixtures/blank-line.jsonl", "{\"id\":\"vc-1\"}\n\n{\"id\":\"vc-2\"}\n"), (".wigwag/config.yaml", Config));
    }

    /// <summary>Runs git in a clone; a failure is an exception with what git said.</summary>
    public async Task<string> Git(string agent, CancellationToken cancel, params string[] arguments)
    {
        var run = await Child.Run("git", arguments, Clone(agent), cancel: cancel);
        return run.ExitCode == 0 ? run.Output.Trim() : throw new DemoException($"git {string.Join(' ', arguments)} failed in {agent}: {run.Error}");
    }

    private async Task Repository(string name, CancellationToken cancel, params (string Path, string Text)[] files)
    {
        var seed = $"seed/{name}";
        Directory.CreateDirectory(Clone(seed));
        await Git(seed, cancel, "init", "--quiet", "--initial-branch", "main");
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(Clone(seed), path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, cancel);
        }
        await Commit(seed, $"{name}: first version", cancel);
        await Git(seed, cancel, "clone", "--quiet", "--bare", ".", Path.Combine(root, "remotes", $"{name}.git"));
        foreach (var workspace in new[] { "dave", "main" })
        {
            var agent = $"{workspace}/{name}";
            await Git(seed, cancel, "clone", "--quiet", "--origin", "local", Path.Combine(root, "remotes", $"{name}.git"), Clone(agent));
            // The identity of the project; nothing is fetched from there.
            await Git(agent, cancel, "remote", "add", "origin", $"https://git.example.org/demo/{name}.git");
            await Git(agent, cancel, "config", "user.name", "Dave Demo");
            await Git(agent, cancel, "config", "user.email", "dave@example.org");
        }
    }

    /// <summary>Commits everything in a clone; the short commit id.</summary>
    public async Task<string> Commit(string agent, string message, CancellationToken cancel)
    {
        await Git(agent, cancel, "add", "--all");
        await Git(agent, cancel, "-c", "user.name=Dave Demo", "-c", "user.email=dave@example.org", "commit", "--quiet", "--message", message);
        return await Git(agent, cancel, "rev-parse", "--short", "HEAD");
    }
}

/// <summary>The play cannot go on; its message says why.</summary>
internal sealed class DemoException(string message) : Exception(message);
