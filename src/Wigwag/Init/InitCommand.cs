using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Guard;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Init;

/// <summary><c>wigwag init</c></summary>
internal static class InitCommand
{
    public static readonly Command Command = new()
    {
        Words = "init",
        Title = "Set up the agents of this repository",
        Description = "Finds the coding agents in use (Claude Code, Codex, Gemini CLI, Cursor) and gives each its hooks and the MCP server, and guards commits and pushes. Shows the difference "
            + "and asks first; with --yes it does not ask, and without a terminal and without --yes it only shows and exits 10. What others wrote in these files stays as it is, to the byte; no "
            + "secret is written. Run it again to bring it up to date; --undo leaves the files as they were.",
        Example = "wigwag init --yes --client claude-code",
        Fields =
        [
            new()
            {
                Name = "client", Option = "client", Kind = FieldKind.Choice, IsMany = true, Choices = [.. ClientSetup.All.Select(client => client.Name)],
                Description = "Set up this client, found or not; may be given several times. Left out, all that are in use.",
            },
            new() { Name = "yes", Option = "yes", Kind = FieldKind.Flag, Description = "Do not ask." },
            new() { Name = "undo", Option = "undo", Kind = FieldKind.Flag, Description = "Take everything out that init put in." },
            new() { Name = "no_guard", Option = "no-guard", Kind = FieldKind.Flag, Description = "Leave git's hooks alone." },
            new()
            {
                Name = "http", Option = "http",
                Description = "For clients that can, call hooks at this server's address (http://127.0.0.1:8765) instead of running a command for each; the client then needs WIGWAG_TOKEN in its environment.",
            },
        ],
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        if (!Workspace.Discover(Libc.CurrentDirectory()).Try(out var workspace, out var error))
        {
            throw new Refusal(error);
        }
        var isUndo = line.Flag("undo");
        var setup = new Setup(workspace);
        var http = Http(line) ?? setup.Http;
        var clients = Clients(line, setup, workspace, isUndo);
        var steps = isUndo ? setup.Uninstall(clients, isNamed: line.Has("client")) : setup.Install(clients, http);
        var wantsGuard = !line.Flag("no_guard") && (!isUndo || !line.Has("client"));
        var outside = wantsGuard ? setup.Guard.NotAgreed(!isUndo) : null;
        var hasGuard = wantsGuard && outside is null;
        var guard = hasGuard ? setup.Guard.Plan(!isUndo).ToList() : [];
        var isNothing = guard.Count == 0 && steps.All(step => step.Change.IsNone) && !(isUndo && hasGuard && setup.Guard.IsOwn);
        Show(line, workspace, steps, guard, clients);
        if (outside is not null)
        {
            // To agree to a setup of this clone is not to agree to a change of what other clones run.
            Failure.Report(new Refusal(GuardFiles.Outside(outside, isUndo ? "uninstall" : "install")), line.IsJson);
        }
        var isApplied = isNothing || line.Flag("yes") || Agrees(line, "Write this? [y/N] ");
        if (isApplied)
        {
            setup.Apply(steps, http);
            if (hasGuard && (guard.Count > 0 || setup.Guard.WasInstalled != !isUndo || setup.Guard.IsOwn != !isUndo))
            {
                Guard(setup.Guard, workspace, isUndo);
            }
            if (!isUndo)
            {
                Register(line);
            }
        }
        Conclude(line, clients, isNothing, isApplied, isUndo);
        if (isUndo && hasGuard && isApplied && !line.IsQuiet && !line.IsJson && GuardCommand.Stays(setup.Guard) is { } stays)
        {
            new Terminal(line.Flag("no_color")).Line(stays).Flush();
        }
        return outside is not null || steps.Any(step => step.Problem is not null) ? ExitCode.Of(ErrorKind.Conflict)
            : isApplied ? ExitCode.Ok : ExitCode.Pending;
    }

    private static string? Http(CommandLine line) => line.Value("http") is not { } address ? null
        : Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 ? address
        : throw Refusal.Usage($"'{address}' is not an http or https address without a password.", "Write it as http://127.0.0.1:8765.");

    private static List<ClientSetup> Clients(CommandLine line, Setup setup, Workspace workspace, bool isUndo) =>
        line.Has("client") ? [.. ClientSetup.All.Where(client => line.Values("client").Contains(client.Name))]
        : isUndo ? [.. ClientSetup.All]
        : [.. ClientSetup.All.Where(client => client.IsInUse(workspace.Path) || setup.SetUp.Contains(client))];

    private static void Guard(GuardFiles guard, Workspace workspace, bool isUndo)
    {
        if (isUndo)
        {
            guard.Uninstall();
        }
        else
        {
            guard.Install(GuardFiles.RefusesWhenDown(workspace));
        }
    }

    private static void Show(
        CommandLine line, Workspace workspace, List<Setup.Step> steps, List<(string File, string? Before, string After)> guard, List<ClientSetup> clients)
    {
        if (line.IsQuiet || line.IsJson)
        {
            if (line.IsJson)
            {
                ShowJson(workspace, steps, guard);
            }
            return;
        }
        var terminal = new Terminal(line.Flag("no_color"));
        foreach (var step in steps.Where(step => !step.Change.IsNone))
        {
            Colour(terminal, UnifiedDiff.Of(step.Change.Path, step.Change.Before, step.Change.After));
        }
        foreach (var (file, before, after) in guard)
        {
            Colour(terminal, UnifiedDiff.Of(Shown(file, workspace), before, after.Length == 0 ? null : after));
        }
        terminal.Flush();
        foreach (var step in steps.Where(step => step.Problem is not null))
        {
            Terminal.Complain($"wigwag: {step.Change.Path} is left alone: {step.Problem}. Mend it and run 'wigwag init' again; {step.Client.Title} is not fully set up.");
        }
        foreach (var step in steps.Where(step => step.Note is not null))
        {
            Terminal.Complain($"wigwag: {step.Change.Path} {step.Note}.");
        }
        if (clients.Count == 0)
        {
            Terminal.Complain("wigwag: no coding agent was found; name one with --client.");
        }
    }

    private static void ShowJson(Workspace workspace, List<Setup.Step> steps, List<(string File, string? Before, string After)> guard)
    {
        var changes = steps.Select(step => $"{{\"path\":{Json.Quote(step.Change.Path)},\"client\":\"{step.Client.Name}\",\"action\":\"{Action(step.Change.Before, step.Change.After)}\""
                + (step.Problem is null ? "" : $",\"problem\":{Json.Quote(step.Problem)}")
                + (step.Change.IsNone ? "" : $",\"diff\":{Json.Quote(UnifiedDiff.Of(step.Change.Path, step.Change.Before, step.Change.After))}") + "}")
            .Concat(guard.Select(hook => $"{{\"path\":{Json.Quote(Shown(hook.File, workspace))},\"action\":\"{Action(hook.Before, hook.After.Length == 0 ? null : hook.After)}\",\"diff\":{Json.Quote(UnifiedDiff.Of(Shown(hook.File, workspace), hook.Before, hook.After.Length == 0 ? null : hook.After))}}}"));
        Terminal.Print(Encoding.UTF8.GetBytes($"{{\"changes\":[{string.Join(',', changes)}]}}\n"));
    }

    private static string Action(string? before, string? after) => before == after ? "none" : before is null ? "create" : after is null ? "remove" : "change";

    private static string Shown(string file, Workspace workspace) =>
        file.StartsWith(workspace.Path + "/", StringComparison.Ordinal) ? file[(workspace.Path.Length + 1)..] : file;

    private static void Colour(Terminal terminal, string diff)
    {
        foreach (var text in diff.TrimEnd('\n').Split('\n'))
        {
            var style = text switch
            {
                ['+', '+', '+', ..] or ['-', '-', '-', ..] => Style.Bold,
                ['+', ..] => Style.Green,
                ['-', ..] => Style.Red,
                ['@', ..] => Style.Cyan,
                _ => Style.Plain,
            };
            terminal.Line(terminal.Styled(style, Value.Paragraphs(text)));
        }
    }

    /// <summary>Asks at a terminal; false where nobody can be asked.</summary>
    public static bool Agrees(CommandLine line, string question)
    {
        if (line.IsJson || line.IsQuiet || !Libc.IsTerminal(0) || !Libc.IsTerminal(1))
        {
            return false;
        }
        new Terminal(noColor: true).Write(question).Flush();
        return Console.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes";
    }

    /// <summary>Makes the workspace known now, so that others can write to it before its agent has said anything.</summary>
    private static void Register(CommandLine line)
    {
        try
        {
            var (home, standing) = (Home.FromEnvironment(), Standing.Here());
            var identity = new Identity(line.Value("as") ?? Settings.Value("WIGWAG_AGENT"), standing.Header);
            new Delivery(CommandIndex.Load(), home, Route.Of(line, home, standing), standing, identity).Send(new() { Method = "GET", Target = "/v1/status?mine=true", Patience = TimeSpan.FromSeconds(10) });
        }
        catch (Exception e) when (e is UnreachableException or Refusal or IOException)
        {
            Terminal.Complain($"wigwag: the files are written; the server could not be told: {Value.OneLine(e.Message)}");
        }
    }

    private static void Conclude(CommandLine line, List<ClientSetup> clients, bool isNothing, bool isApplied, bool isUndo)
    {
        if (line.IsQuiet || line.IsJson)
        {
            return;
        }
        var terminal = new Terminal(line.Flag("no_color"));
        var names = string.Join(", ", clients.Select(client => client.Title));
        terminal.Line(
            !isApplied ? "Nothing was written. Run 'wigwag init --yes' to write it."
            : isUndo ? isNothing ? "There is nothing to undo." : "Everything that init put in is taken out."
            : isNothing ? "Everything is set up already."
            : names.Length == 0 ? "The guard is set up." : $"Set up: {names}.");
        if (isApplied && !isUndo && !isNothing)
        {
            if (clients.Exists(client => client.Name == "codex"))
            {
                terminal.Line("Codex runs new hooks only after you have looked at them: type /hooks in it.");
            }
            if (clients.Exists(client => client.Name == "claude-code"))
            {
                terminal.Line("Claude Code asks at its next start whether to use the MCP server of .mcp.json.");
            }
        }
        terminal.Flush();
    }
}
