using Wigwag.EndToEnd.Cli;
using Wigwag.Program.Guard;
using Wigwag.Program.Init;
using Wigwag.Tests.Git;

namespace Wigwag.Security.Repositories;

/// <summary>Every command, hook and event in clones that hold what their reader must not run, read, wait for or write to.</summary>
public sealed class HostileCloneTests : IDisposable
{
    // 0 to 10 are documented; 1 is a doctor that found something, and what the system refused.
    private const int LastExitCode = 11;

    private static readonly string[] EveryClient = [.. ClientSetup.All.SelectMany(client => new[] { "--client", client.Name })];

    // What Wigwag reads of a clone.
    private static readonly string[] ReadByWigwag =
    [
        ".wigwag/config.yaml", ".beads/coordination.yaml", ".claude/settings.local.json", ".git/wigwag/guard", ".git/wigwag/init.json", "CLAUDE.md",
        .. GuardFiles.Hooks.Select(hook => $".git/hooks/{hook}"),
        .. ClientSetup.All.SelectMany(client => client.Files(new("/opt/wigwag", false), null)).Select(file => file.Path).Distinct(),
    ];

    // What git reads of it, whatever it is asked.
    private static readonly string[] ReadByGit =
    [
        ".git/HEAD", ".git/config", ".git/packed-refs", ".git/commondir", ".git/refs/heads/main", ".git/index", ".gitmodules", ".gitattributes", ".git",
    ];

    private static readonly string[][] LookingAtFiles =
    [
        ["init", "--yes", .. EveryClient], ["doctor", "--fix"], ["guard", "run", "pre-commit"], ["guard", "install"], ["status"],
        ["send", "main/beads", "x"], ["guard", "uninstall"], ["init", "--undo", "--yes"],
    ];

    private readonly HostileClone _clone = new();

    public void Dispose() => _clone.Dispose();

    [Fact]
    public void No_program_that_a_clone_holds_is_run_by_any_command()
    {
        var programs = _clone.PlantPrograms();
        var lines = EveryCommand.Of(_clone.Root);
        foreach (var (index, line) in lines.Index())
        {
            AssertEnds(_clone.Run(index % 2 == 0 ? "" : "src", line), line.Text);
        }
        // They work there, rather than refusing before anything could happen.
        foreach (var line in (string[][])[["status"], ["issue", "create", "x"], ["reserve", "src/**"], ["init", "--yes"], ["doctor"]])
        {
            _clone.Run("", new(line)).Fine();
        }
        using var serving = _clone.Start("serve", "--socket", Path.Combine(_clone.Folder, "s"));
        serving.StandardInput.Close();
        _clone.Run("", new(["stop"]));
        if (!serving.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            serving.Kill();
        }
        _clone.Environment["TMPDIR"] = _clone.Folder;
        _clone.Run("", new(["demo"])).Fine();
        _clone.Environment["WIGWAG_HOME"] = Path.Combine(Directory.EnumerateDirectories(_clone.Folder, "wigwag-demo-*").Single(), "home");
        _clone.Run("", new(["stop"])).Fine();
        _clone.AssertNothingRan();
        Scale.Tell("Clones:", $"{lines.Count} command lines, of every command and event, in a clone with {programs} programs and PATH beginning in it: 0 run");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(".githooks")]
    public void No_program_that_a_clone_holds_is_run_by_a_hook_of_gits(string? hooksPath)
    {
        if (hooksPath is not null)
        {
            _clone.Git("config", "core.hooksPath", hooksPath);
        }
        // One that is kept beside the guard, and one that the guard stands in.
        _clone.Write(Path.Combine(hooksPath ?? ".git/hooks", "pre-commit"), "#!/usr/bin/perl\nexit 0;\n");
        File.SetUnixFileMode(_clone[Path.Combine(hooksPath ?? ".git/hooks", "pre-commit")], (UnixFileMode)0b111_101_101);
        _clone.StartServer();
        _clone.Run("", new(["guard", "install"])).Fine();
        var remote = Path.Combine(_clone.Folder, "remote.git");
        _clone.Git("init", "-q", "--bare", remote);
        _clone.PlantPrograms();
        // Without git's own folder before PATH, as a hook manager may call them.
        foreach (var hook in GuardFiles.Hooks)
        {
            var file = _clone[Path.Combine(hooksPath ?? ".git/hooks", hook)];
            var nothing = new string('0', 40);
            var ran = _clone.Bounded(_clone.Root, file, ["origin", remote], $"refs/heads/main {nothing} refs/heads/main {nothing}\n", hook);
            Assert.True(ran.ExitCode == 0, $"{hook}: {ran.Complaint}");
        }
        var git = Programs.First("git");
        _clone.Write("src/a.c", "2\n");
        foreach (var arguments in (string[][])[["commit", "-qam", "second"], ["push", "-q", remote, "HEAD:main"]])
        {
            Assert.Equal(0, _clone.Bounded(_clone.Root, git, arguments, "", string.Join(' ', arguments)).ExitCode);
        }
        _clone.AssertNothingRan();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_command_waits_for_a_file_of_a_clones_or_reads_it_to_no_end(bool isGits)
    {
        _clone.StartServer();
        var places = isGits ? ReadByGit : ReadByWigwag;
        var commands = EveryCommand.Of(_clone.Root);
        List<(CommandLineOf Line, string[] Places)> all =
        [
            // One place after the other, so that none hides behind another that is looked at first, and from time to time all of them.
            .. commands.Select((line, index) =>
                (line, index % (places.Length + 1) is var at && at < places.Length ? [places[at]] : isGits ? [".git/config"] : places)),
            .. places.SelectMany(place => LookingAtFiles.Take(Scale.Of(3, LookingAtFiles.Length))
                .Select(line => (new CommandLineOf(line), new[] { place }))),
        ];
        foreach (var (index, (line, now)) in all.Index())
        {
            foreach (var kind in Scale.IsLong ? ["fifo", "zero"] : new[] { index % 2 == 0 ? "fifo" : "zero" })
            {
                using var spoilt = new Spoilt(_clone, kind, now);
                AssertEnds(_clone.Run("", line), $"{line.Text} with {string.Join(' ', now)}");
            }
        }
        var whose = isGits ? "git's" : "Wigwag's and the clients'";
        Scale.Tell(
            "Clones:",
            $"{commands.Count} command lines, of every command and event, with {places.Length} files of {whose} in turn a FIFO or a link to /dev/zero: 0 hung");
    }

    [Fact]
    public void Nothing_of_a_file_that_a_link_leads_to_is_shown_or_changed()
    {
        _clone.StartServer();
        foreach (var place in ReadByWigwag)
        {
            using var spoilt = new Spoilt(_clone, "outside", place);
            foreach (var line in LookingAtFiles.Where((_, index) => Scale.IsLong || index is 0 or 1 or 3 or 7))
            {
                var ran = _clone.Run("", new(line));
                AssertEnds(ran, $"{string.Join(' ', line)} with {place}");
                Assert.DoesNotContain("of the reader", ran.Output + ran.Complaint, StringComparison.Ordinal);
                Assert.Equal("of the reader\n", File.ReadAllText(_clone.Outside));
            }
        }
    }

    [Fact]
    public void No_submodule_runs_anything()
    {
        var canary = _clone.Canaries;
        _clone.Git("init", "-q", Path.Combine(_clone.Folder, "beads"));
        var inner = Path.Combine(_clone.Folder, "beads");
        _clone.Git("-C", inner, "commit", "-q", "--allow-empty", "-m", "first");
        _clone.Git("submodule", "--quiet", "add", inner, "beads");
        _clone.Git("commit", "-qm", "with a submodule");
        var hostile = $"""

            [core]
            	fsmonitor = touch '{canary}'
            	sshCommand = touch '{canary}'
            	pager = touch '{canary}'
            [diff]
            	external = touch '{canary}'
            	ignoreSubmodules = none
            	submodule = log
            [filter "x"]
            	clean = touch '{canary}'
            	process = touch '{canary}'
            [diff "x"]
            	textconv = touch '{canary}'
            	command = touch '{canary}'
            [status]
            	submoduleSummary = true
            """;
        File.AppendAllText(_clone[".git/modules/beads/config"], hostile);
        File.AppendAllText(_clone[".git/config"], hostile);
        _clone.Write(".gitattributes", "* filter=x diff=x\n");
        _clone.Write("beads/.gitattributes", "* filter=x diff=x\n");
        _clone.Write("beads/new", "x");
        foreach (var (index, line) in EveryCommand.Of(_clone.Root).Index())
        {
            AssertEnds(_clone.Run(index % 2 == 0 ? "" : "beads", line), line.Text);
        }
        _clone.AssertNothingRan();
    }

    private static void AssertEnds(Ran ran, string what)
    {
        Assert.True(ran.ExitCode is >= 0 and <= LastExitCode, $"{what} exits {ran.ExitCode}: {ran.Complaint}");
        Assert.DoesNotContain("Unhandled exception", ran.Complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("OutOfMemory", ran.Complaint, StringComparison.Ordinal);
    }

    private static class Programs
    {
        public static string First(string name) =>
            Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)).First(File.Exists);
    }

    /// <summary>Files of the clone that are something else for a while.</summary>
    private sealed class Spoilt : IDisposable
    {
        private readonly List<(string Path, string Kept)> _files = [];

        public Spoilt(HostileClone clone, string kind, params string[] places)
        {
            foreach (var (index, place) in places.Index())
            {
                var (path, kept) = (clone[place], Path.Combine(clone.Folder, $"kept-{index}"));
                if (Path.Exists(path))
                {
                    Directory.Move(path, kept);
                }
                _files.Add((path, kept));
                clone.Put(kind, place);
            }
        }

        public void Dispose()
        {
            foreach (var (path, kept) in _files)
            {
                File.Delete(path);
                if (Path.Exists(kept))
                {
                    Directory.Move(kept, path);
                }
            }
        }
    }
}
