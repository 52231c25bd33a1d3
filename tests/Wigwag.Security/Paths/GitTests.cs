using Wigwag.Core.Projects;
using Wigwag.EndToEnd.Cli;
using Wigwag.Git;
using Wigwag.Tests.Git;

namespace Wigwag.Security.Paths;

/// <summary>A clone that somebody else made runs nothing: each of these would touch a canary, and none does.</summary>
public sealed class GitTests : IDisposable
{
    private readonly Clones _clones = new();

    // Addresses that make some git run a program, of a remote, of a partial clone, of another project.
    private static readonly string[] Urls =
    [
        "ext::sh -c 'touch CANARY'", "ext::touch% CANARY", "EXT::touch CANARY", "--upload-pack=touch CANARY", "-utouch CANARY", "--exec=touch CANARY",
        "ssh://-oProxyCommand=touch%20CANARY/x", "-oProxyCommand=touch CANARY:x/y", "ssh://git@-oProxyCommand=touch%20CANARY/x", "fd::17/foo", "file://CANARY;touch CANARY",
        "$(touch CANARY)", "`touch CANARY`", "; touch CANARY", "https://github.com/o/r;touch CANARY", "https://github.com/o/$(touch CANARY)", "| touch CANARY",
        "https://github.com/o/r\\ntouch CANARY", "git@github.com:o/r --upload-pack=touch CANARY", "../../../..//;touch CANARY", "\\\\\\\\host\\\\share\\\\touch CANARY",
        "http::ext::touch CANARY", "https+ext://touch/CANARY", "sh::touch CANARY", "ssh://x/$(touch CANARY)", "--config=core.sshCommand=touch CANARY",
    ];

    // What git would run or read by itself.
    private static readonly string[] Settings =
    [
        "[core]\n\tfsmonitor = touch CANARY", "[core]\n\tfsmonitor = true\n[core]\n\tfsmonitor = touch CANARY", "[core]\n\thooksPath = HOOKS", "[core]\n\tsshCommand = touch CANARY",
        "[core]\n\tgitProxy = touch CANARY", "[core]\n\tpager = touch CANARY", "[core]\n\teditor = touch CANARY", "[core]\n\taskPass = touch CANARY", "[core]\n\talternateRefsCommand = touch CANARY",
        "[alias]\n\tremote = !touch CANARY\n\tconfig = !touch CANARY\n\trev-parse = !touch CANARY\n\trev-list = !touch CANARY", "[credential]\n\thelper = !touch CANARY",
        "[diff]\n\texternal = touch CANARY", "[filter \"x\"]\n\tclean = touch CANARY\n\tsmudge = touch CANARY\n\tprocess = touch CANARY", "[gpg]\n\tprogram = touch CANARY\n[log]\n\tshowSignature = true",
        "[uploadpack]\n\tpackObjectsHook = touch CANARY", "[pager]\n\tremote = touch CANARY\n\tconfig = touch CANARY", "[sequence]\n\teditor = touch CANARY", "[trace2]\n\teventTarget = CANARY",
        "[trace2]\n\tnormalTarget = CANARY\n\tperfTarget = CANARY", "[remote \"origin\"]\n\turl = https://github.com/o/r\n\tvcs = touch CANARY\n\tuploadpack = touch CANARY\n\tproxy = touch CANARY",
        "[url \"ext::touch CANARY \"]\n\tinsteadOf = https://github.com/\n[remote \"origin\"]\n\turl = https://github.com/o/r", "[include]\n\tpath = CANARY\n\tpath = /dev/stdin",
        "[remote \"--upload-pack=touch CANARY\"]\n\turl = https://github.com/o/r", "[remote \"-h\"]\n\turl = https://github.com/o/r", "[submodule \"x\"]\n\tupdate = !touch CANARY\n\turl = ext::touch CANARY",
    ];

    // A repository without a remote is known by its first commit, which this one says is elsewhere.
    private static readonly string[] PartialClones =
    [
        "ssh://elsewhere.example/x", "https://127.0.0.1:1/x", "ext::touch CANARY", "file:///elsewhere", "git://127.0.0.1:1/x", "origin",
    ];

    public void Dispose() => _clones.Dispose();

    [Fact]
    public async Task No_configuration_of_a_clone_runs_anything()
    {
        var number = 0;
        foreach (var settings in Urls.Select(url => $"[remote \"origin\"]\n\turl = \"{url}\"").Concat(Settings))
        {
            await AssertHarmless(_clones.Make($"dave/r{number++}"), settings);
        }
        foreach (var promisor in PartialClones)
        {
            await AssertHarmless(Incomplete($"dave/r{number++}"), $"""
                [core]
                	repositoryformatversion = 1
                	sshCommand = touch CANARY; false
                	gitProxy = touch CANARY
                [credential]
                	helper = !touch CANARY
                [extensions]
                	partialClone = "{promisor}"
                [remote "{promisor}"]
                	promisor = true
                	uploadpack = touch CANARY; false
                """);
        }
        Scale.Tell("Git:", $"{number} hostile configurations of a clone, read as every command reads them: 0 canaries touched");
    }

    [Fact]
    public async Task What_git_waits_for_by_an_include_is_ended_and_said()
    {
        var vc = _clones.Make("dave/vc");
        SpecialFiles.Put("fifo", _clones["dave/vc/more"], "");
        File.AppendAllText(Path.Combine(vc, ".git/config"), "[include]\n\tpath = ../more\n");
        var error = await _clones.Refused("dave/vc");
        Assert.Equal("git_timeout", error.Code);
        Assert.Contains(vc, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_command_of_the_program_runs_anything_of_the_clones()
    {
        using var town = new Town();
        var vc = town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        var canary = Path.Combine(town.Folder, "canary");
        Write(Path.Combine(vc, ".git/config"), string.Join('\n', Settings.Where(each => !each.Contains("insteadOf", StringComparison.Ordinal))), canary);
        // The tests' own user trusts nothing of this by other files.
        town.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        string[][] commands =
        [
            ["status"], ["inbox"], ["project", "show"], ["issue", "create", "--title", "x"], ["reserve", "src/**"], ["check", "src/a.c"], ["init", "--yes"], ["guard", "status"],
            ["doctor"], ["init", "--undo"], .. Urls[..3].Select(url => new[] { "project", "register", url.Replace("CANARY", canary, StringComparison.Ordinal) }),
        ];
        foreach (var command in commands)
        {
            var ran = town.WigwagIn(vc, command);
            Assert.False(File.Exists(canary), $"wigwag {string.Join(' ', command)}: {ran.Output}{ran.Complaint}");
            // It works there, rather than refusing before anything could happen.
            Assert.True(ran.ExitCode == 0 || command is not ["status" or "inbox" or "reserve", ..], ran.Complaint);
        }
        Scale.Tell("Git:", $"{commands.Length} commands in a clone with {Settings.Length - 1} hostile settings: 0 canaries touched");
    }

    [Fact]
    public void No_spelling_of_a_remote_becomes_more_than_a_name()
    {
        foreach (var url in Urls)
        {
            // What is left of it is a host and a path, or nothing.
            if (GitRemote.Parse(url).Try(out var remote, out _))
            {
                Assert.DoesNotMatch(@"^-|::|[\s;$`|\\]", remote.Project.Value);
            }
        }
    }

    private async Task AssertHarmless(string clone, string settings)
    {
        var canary = _clones["canary"];
        Write(Path.Combine(clone, ".git/config"), settings, canary);
        if (Workspace.Discover(clone).Try(out var workspace, out _))
        {
            _ = await workspace.Describe(TestContext.Current.CancellationToken);
        }
        Assert.False(File.Exists(canary), settings);
    }

    private static void Write(string file, string settings, string canary)
    {
        var hooks = Path.Combine(Path.GetDirectoryName(canary)!, "hooks");
        Directory.CreateDirectory(hooks);
        foreach (var hook in new[] { "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-commit", "post-index-change" })
        {
            File.WriteAllText(Path.Combine(hooks, hook), $"#!/bin/sh\ntouch '{canary}'\n");
            File.SetUnixFileMode(Path.Combine(hooks, hook), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        File.AppendAllText(
            file, "\n" + settings.Replace("CANARY", canary, StringComparison.Ordinal).Replace("HOOKS", hooks, StringComparison.Ordinal) + "\n");
    }

    /// <summary>A repository of two commits, the first of which is not there.</summary>
    private string Incomplete(string folder)
    {
        var clone = _clones.Make(folder);
        _clones.Git(folder, "commit", "-q", "--allow-empty", "-m", "second");
        var first = _clones.Git(folder, "rev-parse", "HEAD~1");
        File.Delete(Path.Combine(clone, ".git/objects", first[..2], first[2..]));
        return clone;
    }
}
