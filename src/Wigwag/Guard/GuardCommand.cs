using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Views;

namespace Wigwag.Program.Guard;

/// <summary><c>wigwag guard install</c>, <c>guard uninstall</c>, and what the git hooks call.</summary>
internal static class GuardCommand
{
    private static readonly Field WhenDown = new()
    {
        Name = "when_down",
        Option = "when-down",
        Kind = FieldKind.Choice,
        Choices = ["pass", "refuse"],
        Description = "What happens to a commit while there is no server: pass lets it through with one warning (the default), refuse refuses it. While there is one that cannot say who holds what, it is refused under both.",
    };

    private static readonly Field HooksPath = new()
    {
        Name = "hooks_path",
        Option = "hooks-path",
        Description = "Agree to a folder of hooks outside of the clone, which core.hooksPath names: other clones may run the same files. "
            + "Without it you are asked, and where no one can be asked it is refused.",
    };

    public static readonly Command Install = new()
    {
        Words = "guard install",
        Title = "Guard commits and pushes",
        Description = "Puts a guard into this repository's git hooks, before commits, merges, cherry-picks, reverts, patches, rebases and pushes: a change to what another agent has reserved is refused, with the holder's name and "
            + "the ways out. A hook or hook manager (husky, pre-commit, lefthook) that is there goes on working, after the guard. Works with core.hooksPath and in worktrees.",
        Example = "wigwag guard install",
        Fields = [WhenDown, HooksPath],
        Run = line => Change(line, install: true),
    };

    public static readonly Command Uninstall = new()
    {
        Words = "guard uninstall",
        Title = "Take the guard out",
        Description = "Takes the guard out of this repository's git hooks and leaves them as they were. Hooks that other worktrees asked for the guard in too keep it until the last "
            + "of them is done with it.",
        Example = "wigwag guard uninstall",
        Fields =
        [
            HooksPath,
            new() { Name = "all", Option = "all", Kind = FieldKind.Flag, Description = "For the other worktrees of this repository as well." },
        ],
        Run = line => Change(line, install: false),
    };

    public static readonly Command Run = new()
    {
        Words = "guard run",
        Title = "Check a commit or a push",
        Description = "Called by the git hooks. Exits 0 to let git go on.",
        Example = "wigwag guard run pre-commit",
        IsHidden = true,
        Fields =
        [
            new() { Name = "hook", Option = "hook", Position = 0, IsRequired = true, Kind = FieldKind.Choice, Choices = GuardFiles.Hooks, Description = "The git hook." },
            new() { Name = "patience", Option = "patience", Kind = FieldKind.Duration, Description = "How long the server may take to answer; 20s when left out." },
            new() { Name = "arguments", Option = "arguments", Position = 1, IsMany = true, Description = "What git gives the hook." },
        ],
        Run = GuardRun.Run,
    };

    private static int Change(CommandLine line, bool install)
    {
        var (here, program) = (Here(), Init.ProgramName.Find().Path);
        var agreed = line.Value("hooks_path") is { } named ? Path.GetFullPath(named, Libc.CurrentDirectory()) : null;
        var guard = new GuardFiles(here, program, agreed);
        if (guard.NotAgreed(install) is { } outside
            && Init.InitCommand.Agrees(line, $"{Value.OneLine(GuardFiles.Outside(outside, "install").Message)} Change them? [y/N] "))
        {
            guard = new(here, program, outside);
        }
        if (install)
        {
            guard.Install(line.Value("when_down") == "refuse");
        }
        else
        {
            guard.Uninstall(line.Flag("all"));
        }
        if (!line.IsQuiet)
        {
            new Terminal(line.Flag("no_color")).Line(line.IsJson
                ? $"{{\"installed\":{(guard.WasInstalled ? "true" : "false")},\"folder\":{Transport.Json.Quote(guard.Folder.Path)}}}"
                : install ? $"Commits and pushes are guarded, by {Value.OneLine(guard.Folder.Path)}{(guard.Folder.Manager is { } manager ? $" (beside {manager})" : "")}."
                : Stays(guard) ?? "The guard is taken out.").Flush();
        }
        return ExitCode.Ok;
    }

    /// <summary>What is said where the guard stays for others; null where it is gone.</summary>
    public static string? Stays(GuardFiles guard) => !guard.WasInstalled ? null
        : $"The guard stays for {guard.Others.Count()} other worktree{(guard.Others.Count() == 1 ? "" : "s")} of this repository; 'wigwag guard uninstall --all' takes it out for all.";

    private static Workspace Here() => Workspace.Discover(Libc.CurrentDirectory()).Try(out var workspace, out var error) ? workspace : throw new Refusal(error);
}
