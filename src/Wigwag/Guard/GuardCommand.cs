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
        Description = "What happens to a commit while no server answers: pass lets it through with one warning (the default), refuse refuses it.",
    };

    public static readonly Command Install = new()
    {
        Words = "guard install",
        Title = "Guard commits and pushes",
        Description = "Puts a guard into this repository's git hooks pre-commit and pre-push: a change to what another agent has reserved is refused, with the holder's name and "
            + "the ways out. A hook or hook manager (husky, pre-commit, lefthook) that is there goes on working, after the guard. Works with core.hooksPath and in worktrees.",
        Example = "wigwag guard install",
        Fields = [WhenDown],
        Run = line => Change(line, install: true),
    };

    public static readonly Command Uninstall = new()
    {
        Words = "guard uninstall",
        Title = "Take the guard out",
        Description = "Takes the guard out of this repository's git hooks and leaves them as they were. Hooks that other worktrees asked for the guard in too keep it until the last "
            + "of them is done with it.",
        Example = "wigwag guard uninstall",
        Fields = [new() { Name = "all", Option = "all", Kind = FieldKind.Flag, Description = "For the other worktrees of this repository as well." }],
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
            new() { Name = "remote", Option = "remote", Position = 1, Description = "The remote that is pushed to." },
            new() { Name = "address", Option = "address", Position = 2, Description = "Its address." },
        ],
        Run = GuardRun.Run,
    };

    private static int Change(CommandLine line, bool install)
    {
        var guard = new GuardFiles(Here(), Init.ProgramName.Find().Path);
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
