using System.Runtime.Versioning;
using Wigwag.Program.Guard;
using Wigwag.Tests.Git;

[assembly: UnsupportedOSPlatform("windows")]

namespace Wigwag.Tests.Guard;

/// <summary>The guard goes into the hooks of a repository beside whatever is there, and out again without a trace.</summary>
public sealed class GuardFilesTests : IDisposable
{
    private const string Program = "/opt/wig wag/wigwag";

    private readonly Clones _clones = new();

    private GuardFiles Guard(string folder = "vc", string? agreed = null) => new(_clones.Workspace(folder), Program, agreed);

    private string Hook(string name, string folder = "vc/.git/hooks") => _clones[$"{folder}/{name}"];

    private void Write(string path, string text, bool executable = true)
    {
        _clones.Write(path, text);
        File.SetUnixFileMode(_clones[path], executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100);
    }

    private Dictionary<string, (byte[] Bytes, UnixFileMode Mode)> Snapshot(string folder) => Directory
        .EnumerateFiles(_clones[folder], "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => (File.ReadAllBytes(file), File.GetUnixFileMode(file)));

    private void LeavesNoTrace(string folder, Action act)
    {
        var before = Snapshot(folder);
        act();
        var after = Snapshot(folder);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before, file =>
        {
            Assert.Equal(file.Value.Bytes, after[file.Key].Bytes);
            Assert.Equal(file.Value.Mode, after[file.Key].Mode);
        });
    }

    [Fact]
    public void A_repository_without_hooks_gets_the_guards_and_loses_them_again()
    {
        _clones.Make("vc");
        LeavesNoTrace("vc", () =>
        {
            Guard().Install(refuseWhenDown: false);
            Assert.All(GuardFiles.Hooks, hook => Assert.Equal(GuardState.Installed, Guard().State(hook)));
            Assert.True((File.GetUnixFileMode(Hook("pre-commit")) & UnixFileMode.UserExecute) != 0);
            Guard().Uninstall();
        });
    }

    [Theory]
    [InlineData("#!/bin/sh\necho mine\n")]
    [InlineData("#!/usr/bin/env bash\nset -euo pipefail\necho mine")]
    [InlineData("#!/bin/sh")]
    [InlineData("echo no shebang\n")]
    [InlineData("#!/bin/bash\r\necho windows\r\n")]
    [InlineData("#!/usr/bin/env python3\nprint('mine')\n")]
    [InlineData("")]
    public void A_hook_that_is_there_is_kept_to_the_byte(string script)
    {
        _clones.Make("vc");
        Write("vc/.git/hooks/pre-commit", script);
        Write("vc/.git/hooks/pre-push", script);
        LeavesNoTrace("vc", () =>
        {
            Guard().Install(refuseWhenDown: false);
            Guard().Install(refuseWhenDown: true);
            Assert.All(GuardFiles.Hooks, hook => Assert.Equal(GuardState.Installed, Guard().State(hook)));
            Guard().Uninstall();
        });
    }

    [Fact]
    public void A_hook_that_git_does_not_run_is_not_run_for_the_guards_sake()
    {
        _clones.Make("vc");
        Write("vc/.git/hooks/pre-commit", "#!/bin/sh\nexit 1\n", executable: false);
        LeavesNoTrace("vc", () =>
        {
            Guard().Install(refuseWhenDown: false);
            Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
            Assert.DoesNotContain("exit 1\n", File.ReadAllText(Hook("pre-commit")), StringComparison.Ordinal);
            Guard().Uninstall();
        });
    }

    [Fact]
    public void Installing_twice_changes_nothing_more()
    {
        _clones.Make("vc");
        Write("vc/.git/hooks/pre-commit", "#!/bin/sh\necho mine\n");
        Guard().Install(refuseWhenDown: false);
        LeavesNoTrace("vc", () => Guard().Install(refuseWhenDown: false));
        Assert.Empty(Guard().Plan(install: true));
    }

    [Fact]
    public void A_program_that_moved_is_stale_until_it_is_installed_again()
    {
        _clones.Make("vc");
        Write("vc/.git/hooks/pre-commit", "#!/bin/sh\necho mine\n");
        new GuardFiles(_clones.Workspace("vc"), "/old/wigwag").Install(refuseWhenDown: false);
        Assert.Equal(GuardState.Stale, Guard().State("pre-commit"));
        Guard().Install(refuseWhenDown: false);
        Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
        Assert.DoesNotContain("/old/wigwag", File.ReadAllText(Hook("pre-commit")), StringComparison.Ordinal);
        Guard().Uninstall();
        Assert.Equal("#!/bin/sh\necho mine\n", File.ReadAllText(Hook("pre-commit")));
    }

    [Fact]
    public void All_worktrees_share_one_guard_and_the_last_that_asked_for_it_takes_it_out()
    {
        _clones.Make("vc");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        _clones.Git("vc", "worktree", "add", "-q", "../gone");
        LeavesNoTrace("vc", () =>
        {
            Guard("topic").Install(refuseWhenDown: true);
            Guard().Install(refuseWhenDown: true);
            Guard("gone").Install(refuseWhenDown: true);
            Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
            Assert.True(GuardFiles.RefusesWhenDown(_clones.Workspace("vc")));
            // A worktree that was deleted without git's knowing does not want it any more.
            Directory.Delete(_clones["gone"], recursive: true);
            Guard("topic").Uninstall();
            Assert.All(GuardFiles.Hooks, hook => Assert.Equal(GuardState.Installed, Guard("topic").State(hook)));
            Assert.Empty(Guard("topic").Plan(install: true));
            Assert.False(Guard("topic").IsOwn);
            Guard().Uninstall();
            Assert.All(GuardFiles.Hooks, hook => Assert.Equal(GuardState.Missing, Guard("topic").State(hook)));
            Directory.Delete(_clones["vc/.git/worktrees/gone/wigwag"], recursive: true);
        });
    }

    [Fact]
    public void Who_takes_it_out_for_all_leaves_nothing()
    {
        _clones.Make("vc");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        LeavesNoTrace("vc", () =>
        {
            Guard("topic").Install(refuseWhenDown: false);
            Guard().Install(refuseWhenDown: false);
            Guard().Uninstall(all: true);
            Assert.False(Guard("topic").IsOwn);
        });
    }

    [Fact]
    public void A_guard_of_a_version_that_noted_nobody_belongs_to_those_who_ran_init()
    {
        _clones.Make("vc");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        Guard().Install(refuseWhenDown: false);
        var marker = _clones["vc/.git/wigwag/guard"];
        File.WriteAllText(marker, File.ReadAllText(marker).Replace("owners=noted\n", "", StringComparison.Ordinal));
        File.Delete(_clones["vc/.git/wigwag/guarded"]);
        _clones.Write("vc/.git/wigwag/init.json", "{}");
        _clones.Write("vc/.git/worktrees/topic/wigwag/init.json", "{}");
        Guard("topic").Uninstall();
        Assert.Equal(GuardState.Installed, Guard().State("pre-push"));
        Guard().Uninstall();
        Assert.Equal(GuardState.Missing, Guard().State("pre-push"));
    }

    [Fact]
    public void Hooks_that_a_worktree_has_for_itself_lose_the_guard_with_it_alone()
    {
        _clones.Make("vc");
        Write("vc/.githooks/pre-commit", "#!/bin/sh\necho mine\n");
        _clones.Git("vc", "add", ".githooks");
        _clones.Git("vc", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "hooks");
        _clones.Git("vc", "config", "core.hooksPath", ".githooks");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        Guard().Install(refuseWhenDown: false);
        Guard("topic").Install(refuseWhenDown: false);
        Guard("topic").Uninstall();
        Assert.Equal("#!/bin/sh\necho mine\n", File.ReadAllText(_clones["topic/.githooks/pre-commit"]));
        Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
        Assert.True(Guard().WasInstalled);
    }

    [Fact]
    public void Hooks_of_several_repositories_keep_the_guard_for_the_others()
    {
        _clones.Make("vc");
        _clones.Make("beads");
        Write("everywhere/pre-commit", "#!/bin/sh\necho mine\n");
        _clones.Git("vc", "config", "core.hooksPath", _clones["everywhere"]);
        _clones.Git("beads", "config", "core.hooksPath", _clones["everywhere"]);
        var everywhere = _clones["everywhere"];
        LeavesNoTrace("everywhere", () =>
        {
            Guard(agreed: everywhere).Install(refuseWhenDown: false);
            Guard("beads", everywhere).Install(refuseWhenDown: false);
            Guard(agreed: everywhere).Uninstall();
            Assert.False(Guard(agreed: everywhere).WasInstalled);
            Assert.Equal(GuardState.Installed, Guard("beads", everywhere).State("pre-commit"));
            Guard("beads", everywhere).Uninstall();
        });
    }

    [Fact]
    public void The_folder_of_core_hooksPath_is_used_and_a_shared_file_names_no_program_of_this_machine()
    {
        _clones.Make("vc");
        Write("vc/.githooks/pre-commit", "#!/bin/sh\necho mine\n");
        _clones.Git("vc", "config", "core.hooksPath", ".githooks");
        Guard().Install(refuseWhenDown: false);
        var script = File.ReadAllText(_clones["vc/.githooks/pre-commit"]);
        Assert.Contains("wigwag guard run pre-commit", script, StringComparison.Ordinal);
        Assert.DoesNotContain(Program, script, StringComparison.Ordinal);
        Assert.False(File.Exists(Hook("pre-commit")));
    }

    [Fact]
    public void Hooks_of_all_repositories_guard_only_those_that_asked_for_it()
    {
        _clones.Make("vc");
        Write("everywhere/pre-commit", "#!/bin/sh\necho mine\n");
        _clones.Git("vc", "config", "core.hooksPath", _clones["everywhere"]);
        LeavesNoTrace("everywhere", () =>
        {
            Guard(agreed: _clones["everywhere"]).Install(refuseWhenDown: false);
            Assert.Contains("wigwag/guard", File.ReadAllText(_clones["everywhere/pre-commit"]), StringComparison.Ordinal);
            Guard(agreed: _clones["everywhere"]).Uninstall();
        });
    }

    [Fact]
    public void Husky_goes_on_managing_its_folder_and_runs_the_guard_from_its_own_file()
    {
        _clones.Make("vc");
        Write("vc/.husky/_/pre-commit", "#!/usr/bin/env sh\n. \"${0%/*}/h\"\n");
        Write("vc/.husky/pre-commit", "npm test\n", executable: false);
        _clones.Git("vc", "config", "core.hooksPath", ".husky/_");
        LeavesNoTrace("vc/.husky", () =>
        {
            Guard().Install(refuseWhenDown: false);
            Assert.EndsWith("npm test\n", File.ReadAllText(_clones["vc/.husky/pre-commit"]), StringComparison.Ordinal);
            Assert.DoesNotContain("wigwag", File.ReadAllText(_clones["vc/.husky/_/pre-commit"]), StringComparison.Ordinal);
            Guard().Uninstall();
        });
    }

    [Fact]
    public void A_link_to_a_hook_elsewhere_stays_one()
    {
        _clones.Make("vc");
        Write("shared/check", "#!/bin/sh\necho mine\n");
        File.CreateSymbolicLink(Hook("pre-commit"), "../../../shared/check");
        Guard().Install(refuseWhenDown: false);
        Assert.Equal("#!/bin/sh\necho mine\n", File.ReadAllText(_clones["shared/check"]));
        Guard().Uninstall();
        Assert.Equal("../../../shared/check", new FileInfo(Hook("pre-commit")).LinkTarget);
    }

    [Fact]
    public void What_somebody_added_since_stays_when_the_guard_goes()
    {
        _clones.Make("vc");
        Guard().Install(refuseWhenDown: false);
        File.AppendAllText(Hook("pre-commit"), "npm test\n");
        Guard().Uninstall();
        Assert.Equal("#!/bin/sh\nnpm test\n", File.ReadAllText(Hook("pre-commit")));
    }

    public void Dispose() => _clones.Dispose();
}
