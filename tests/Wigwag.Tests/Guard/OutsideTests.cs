using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Guard;
using Wigwag.Program.Init;
using Wigwag.Tests.Git;

namespace Wigwag.Tests.Guard;

/// <summary>Whatever a clone says of where its folders are, setting it up writes nothing anywhere else.</summary>
public sealed class OutsideTests : IDisposable
{
    private readonly Clones _clones = new();

    public void Dispose() => _clones.Dispose();

    public static TheoryData<string> Tricks =>
    [
        "core.hooksPath outside", "core.hooksPath relative", "core.hooksPath through a link", "core.hooksPath relative and core.worktree elsewhere",
        "core.worktree elsewhere", "the hooks folder is a link", "a hook is a link", "a hook is a link to nothing", "the marker's folder is a link",
        "the marker names a folder", ".git is a file that names another's", ".git is a link to another's", "commondir names another's",
    ];

    [Theory]
    [MemberData(nameof(Tricks))]
    public void No_trick_of_a_clone_gets_a_file_written_outside_of_it(string trick)
    {
        _clones.Make("victim");
        _clones.Make("vc");
        _clones.Write("outside/keep", "");
        // As an earlier agreement left it: taking the guard out would change it.
        _clones.Write("outside/pre-commit", GuardScript.Whole("pre-commit", null, null));
        Play(trick);
        var before = Entries();
        foreach (var act in (Action[])[() => Guard().Install(false), () => Guard().Uninstall(), Init, Undo, () => Guard().Install(true)])
        {
            try
            {
                act();
            }
            catch (Refusal refusal)
            {
                Assert.NotEmpty(refusal.Error.Next);
            }
            Assert.Equal(before, Entries());
        }
    }

    [Fact]
    public void A_folder_outside_that_the_user_names_is_used_and_left_again()
    {
        _clones.Make("vc");
        _clones.Write("outside/keep", "");
        _clones.Git("vc", "config", "core.hooksPath", _clones["outside"]);
        Assert.Equal("hooks_outside", Assert.Throws<Refusal>(() => Guard().Install(false)).Error.Code);
        Assert.Equal("hooks_outside", Assert.Throws<Refusal>(() => Guard(_clones["elsewhere"]).Install(false)).Error.Code);
        Guard(_clones["outside"]).Install(false);
        Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
        Assert.Equal("hooks_outside", Assert.Throws<Refusal>(() => Guard().Uninstall()).Error.Code);
        Guard(_clones["outside"]).Uninstall();
        Assert.Equal(["keep"], Directory.EnumerateFileSystemEntries(_clones["outside"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Worktrees_submodules_and_a_git_folder_that_names_its_working_copy_are_the_clones_own()
    {
        _clones.Make("beads");
        _clones.Make("vc");
        _clones.Git("vc", "submodule", "--quiet", "add", _clones["beads"], "beads");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        _clones.Git("apart", "init", "-q", "--separate-git-dir", _clones["apart.git"]);
        _clones.Git("apart", "config", "core.worktree", _clones["apart"]);
        foreach (var folder in (string[])["vc", "vc/beads", "topic", "apart"])
        {
            var guard = new GuardFiles(_clones.Workspace(folder), "/opt/wigwag");
            guard.Install(false);
            Assert.Equal(GuardState.Installed, guard.State("pre-commit"));
            guard.Uninstall();
        }
    }

    [Fact]
    public void A_hook_that_is_a_link_elsewhere_is_kept_as_it_is()
    {
        _clones.Make("vc");
        _clones.Write("outside/hook", "#!/bin/sh\n");
        foreach (var target in (string[])["../../../outside/hook", "../../../outside/not-there"])
        {
            File.CreateSymbolicLink(_clones["vc/.git/hooks/pre-commit"], target);
            Guard().Install(false);
            Assert.Equal(GuardState.Installed, Guard().State("pre-commit"));
            Guard().Uninstall();
            Assert.Equal(target, new FileInfo(_clones["vc/.git/hooks/pre-commit"]).LinkTarget);
            File.Delete(_clones["vc/.git/hooks/pre-commit"]);
        }
    }

    private GuardFiles Guard(string? agreed = null) => new(_clones.Workspace("vc"), "/opt/wigwag", agreed);

    private void Init()
    {
        var setup = new Setup(_clones.Workspace("vc"));
        setup.Apply(setup.Install(ClientSetup.All, null), null);
    }

    private void Undo()
    {
        var setup = new Setup(_clones.Workspace("vc"));
        setup.Apply(setup.Uninstall(ClientSetup.All, isNamed: false), null);
    }

    private void Play(string trick)
    {
        var (outside, hooks) = (_clones["outside"], _clones["vc/.git/hooks"]);
        switch (trick)
        {
            case "core.hooksPath outside":
                _clones.Git("vc", "config", "core.hooksPath", outside);
                break;
            case "core.hooksPath through a link":
                File.CreateSymbolicLink(_clones["vc/hk"], outside);
                _clones.Git("vc", "config", "core.hooksPath", "hk/deeper");
                break;
            case "core.hooksPath relative and core.worktree elsewhere":
                _clones.Git("vc", "config", "core.hooksPath", "hk");
                _clones.Git("vc", "config", "core.worktree", outside);
                break;
            case "core.worktree elsewhere":
                _clones.Git("vc", "config", "core.worktree", outside);
                break;
            case "the hooks folder is a link":
                Directory.Delete(hooks, recursive: true);
                File.CreateSymbolicLink(hooks, outside);
                break;
            case "a hook is a link":
                File.CreateSymbolicLink(Path.Combine(hooks, "pre-commit"), Path.Combine(outside, "pre-commit"));
                break;
            case "a hook is a link to nothing":
                File.CreateSymbolicLink(Path.Combine(hooks, "pre-push"), Path.Combine(outside, "pre-push"));
                break;
            case "the marker's folder is a link":
                File.CreateSymbolicLink(_clones["vc/.git/wigwag"], outside);
                break;
            case "the marker names a folder":
                _clones.Write("vc/.git/wigwag/guard", $"hooks={outside}\nwhen_down=pass\n");
                break;
            case "core.hooksPath relative":
                _clones.Git("vc", "config", "core.hooksPath", Path.GetRelativePath(_clones["vc"], outside));
                break;
            case ".git is a file that names another's":
                Directory.Delete(_clones["vc/.git"], recursive: true);
                _clones.Write("vc/.git", $"gitdir: {_clones["victim/.git"]}\n");
                break;
            case ".git is a link to another's":
                Directory.Delete(_clones["vc/.git"], recursive: true);
                File.CreateSymbolicLink(_clones["vc/.git"], _clones["victim/.git"]);
                break;
            case "commondir names another's":
                _clones.Write("vc/.git/commondir", $"{_clones["victim/.git"]}\n");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(trick));
        }
    }

    private List<string> Entries() =>
    [
        .. new[] { _clones["outside"], _clones["victim"] }.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(file => $"{file} {(file.EndsWith("/index", StringComparison.Ordinal) ? "" : File.ReadAllText(file))}").Order(StringComparer.Ordinal),
    ];
}
