using System.Text.Json;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Guard;

/// <summary>Every way of making, moving or sending a commit that git has: in which hook the guard stops it, played with the real git.</summary>
public sealed class WaysToCommitTests(WaysToCommitTests.Ground ground) : IClassFixture<WaysToCommitTests.Ground>
{
    /// <summary>One server and one clone, of which each way gets a copy.</summary>
    public sealed class Ground : IDisposable
    {
        private const string Prepare = """
            git init -q --bare ../up.git && git remote add backup "$(cd .. && pwd)/up.git"
            git init -q ../sub && (cd ../sub && echo 1 >f && git add f && git commit -qm s1 && echo 2 >f && git commit -qam s2)
            mkdir src && echo 0 >src/a && echo 0 >src/b && seq 20 >src/long && echo 0 >README
            git add -A && git commit -qm first
            git submodule --quiet add "$(cd .. && pwd)/sub" src/sub && git config -f .gitmodules submodule.src/sub.ignore all
            echo 1 >src/a && git add -A && git commit -qm second
            git checkout -qb topic && echo topic >src/a && git commit -qam topic
            git checkout -qb long main && sed -i '20s/.*/twenty/' src/long && git commit -qam long
            git checkout -qb theirs main && echo theirs >src/a && git commit -qam theirs
            git checkout -qb readme main && echo readme >README && git commit -qam readme
            git checkout -q main && git push -q backup main theirs
            """;

        private int _copies;

        public Ground()
        {
            Town.Environment["PATH"] = $"{Path.GetDirectoryName(Town.Program)}:{Environment.GetEnvironmentVariable("PATH")}";
            Town.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(Town.Folder, "gitconfig");
            Town.Environment["GIT_EDITOR"] = "true";
            File.WriteAllText(
                Path.Combine(Town.Folder, "gitconfig"),
                "[user]\n\tname = Ann Lee\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n");
            Clone = Town.Clone("dave/vc", "git@github.com:steveyegge/vc.git");
            Town.Run("/bin/sh", Clone, "-ec", Prepare).Fine();
            Town.WigwagIn(Clone, "guard", "install").Fine();
            Town.WigwagIn(Town.Clone("main/vc", "git@github.com:steveyegge/vc.git"), "reserve", "src/**").Fine();
        }

        internal Town Town { get; } = new();

        internal string Clone { get; }

        /// <summary>A clone and a remote for one way alone.</summary>
        internal string Copy()
        {
            var folder = Path.Combine(Town.Folder, "src", $"w{Interlocked.Increment(ref _copies)}");
            Directory.CreateDirectory(folder);
            Town.Run("cp", folder, "-a", Clone, Path.Combine(Path.GetDirectoryName(Clone)!, "up.git"), folder).Fine();
            var clone = Path.Combine(folder, "vc");
            Town.Run("git", clone, "remote", "set-url", "backup", Path.Combine(folder, "up.git")).Fine();
            return clone;
        }

        public void Dispose() => Town.Dispose();
    }

    public static TheoryData<string> Names => [.. Way.All.Select(way => way.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_guard_stops_it_where_the_page_says(string name)
    {
        var way = Way.All.Single(way => way.Name == name);
        var clone = ground.Copy();
        var trace = Path.Combine(Path.GetDirectoryName(clone)!, "trace");
        var ran = ground.Town.Run("/bin/sh", clone, "-ec", $"export GIT_TRACE2_EVENT={trace}\n{way.Script}\n{way.Push}");
        var said = $"{ran.Complaint}{ran.Output}";
        Assert.True(way.StoppedBy == Refusing(trace), $"stopped by {Refusing(trace) ?? "nothing"}: {said}");
        if (way.StoppedBy is null)
        {
            ran.Fine();
            return;
        }
        Assert.NotEqual(0, ran.ExitCode);
        Assert.Contains("main/vc", ran.Complaint, StringComparison.Ordinal);
        Assert.Contains("src/", ran.Complaint, StringComparison.Ordinal);
        // Whatever the way has left behind, nothing of it went out.
        Assert.Equal("main\ntheirs\n", ground.Town.Run("git", clone, "--git-dir=../up.git", "for-each-ref", "--format=%(refname:short)").Fine().Output);
    }

    [Fact]
    public void The_page_lists_these_ways_and_no_other()
    {
        var page = File.ReadAllLines(Path.Combine(Docs.DocsTests.Root, "docs", "stop-conflicting-edits.md"))
            .SkipWhile(line => line != "| way | stopped in git's hook |").Skip(2).TakeWhile(line => line.StartsWith('|')).ToList();
        Assert.Equal(Way.All.Select(way => $"| {way.Name} | {(way.StoppedBy is { } hook ? $"`{hook}`" : "not stopped")} |"), page);
    }

    /// <summary>The hook that git ran and that failed, by git's own trace.</summary>
    private static string? Refusing(string trace)
    {
        var hooks = new Dictionary<(string, int), string>();
        foreach (var line in File.ReadAllLines(trace))
        {
            using var read = JsonDocument.Parse(line);
            var seen = read.RootElement;
            var what = seen.GetProperty("event").GetString();
            if (what == "child_start" && seen.TryGetProperty("hook_name", out var hook))
            {
                hooks[(seen.GetProperty("sid").GetString()!, seen.GetProperty("child_id").GetInt32())] = hook.GetString()!;
            }
            else if (what == "child_exit" && seen.GetProperty("code").GetInt32() != 0
                && hooks.TryGetValue((seen.GetProperty("sid").GetString()!, seen.GetProperty("child_id").GetInt32()), out var refused) && refused != "post-rewrite")
            {
                return refused;
            }
        }
        return null;
    }
}
