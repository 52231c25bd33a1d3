using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Guard;
using Wigwag.Program.Init;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Doctor;

/// <summary>What <c>wigwag init</c> set up in the working copy around: is it still there, does it name a program that is there, does anything switch it off.</summary>
internal static class SetupChecks
{
    public static IReadOnlyList<Finding> Run()
    {
        if (!Workspace.Discover(Libc.CurrentDirectory()).Try(out var workspace, out _))
        {
            return [];
        }
        try
        {
            return [.. Run(workspace)];
        }
        catch (Refusal refusal)
        {
            return [Finding.Error("agents", refusal.Error.Message, refusal.Error.Next)];
        }
    }

    private static IEnumerable<Finding> Run(Workspace workspace)
    {
        var setup = new Setup(workspace);
        return setup.SetUp.Count == 0 && !setup.Guard.WasInstalled && !setup.Guard.IsOwn
            ? [Finding.Ok("agents", "No agent is set up in this working copy; 'wigwag init' does it.")]
            : [.. setup.SetUp.SelectMany(client => Client(setup, client, workspace)), .. Guard(setup.Guard, workspace)];
    }

    private static IEnumerable<Finding> Client(Setup setup, ClientSetup client, Workspace workspace)
    {
        var isWell = true;
        var steps = setup.Install([client], setup.Http);
        foreach (var step in steps.Where(step => step.Problem is not null || !step.Change.IsNone))
        {
            isWell = false;
            yield return step.Problem is { } problem
                ? Finding.Warning("agents", $"{client.Title}: {step.Change.Path} cannot be read: {problem}.", "Mend the file, then run 'wigwag init'.")
                : Finding.Warning(
                    "agents",
                    $"{client.Title}: {step.Change.Path} {(step.Change.Before is null ? "is gone" : "lacks what init put in, or names a program that is gone")}.",
                    "Run 'wigwag init', or --fix.") with
                {
                    Fix = () => Mend(client, workspace),
                };
        }
        foreach (var (file, why) in SwitchedOff(client, workspace.Path))
        {
            isWell = false;
            yield return Finding.Warning("agents", $"{client.Title}: {file} switches it off: {why}.", "Take that out if you want Wigwag in this client; it may have been put there on purpose.");
        }
        if (isWell)
        {
            yield return Finding.Ok("agents", $"{client.Title} is set up.");
        }
    }

    // From what is there now: the fix before it may have written the same file.
    private static void Mend(ClientSetup client, Workspace workspace)
    {
        var setup = new Setup(workspace);
        setup.Apply(setup.Install([client], setup.Http), setup.Http);
    }

    private static IEnumerable<Finding> Guard(GuardFiles guard, Workspace workspace)
    {
        // Nobody is asked here, so nothing outside of the clone is written.
        var outside = guard.NotAgreed(install: true);
        Action? mend = outside is null
            ? () => new GuardFiles(workspace, ProgramName.Find().Path).Install(GuardFiles.RefusesWhenDown(workspace))
            : null;
        var next = outside is null ? "Run 'wigwag guard install', or --fix." : GuardFiles.Outside(outside, "install").Next;
        if (!guard.WasInstalled)
        {
            const string gone = "The guard that was set up here is no longer there: commits and pushes are not checked.";
            yield return guard.IsOwn
                ? Finding.Warning("guard", gone, $"{next} If it was taken out on purpose: 'wigwag guard uninstall'.") with { Fix = mend }
                : Finding.Ok("guard", "Commits and pushes are not guarded; 'wigwag guard install' does it.");
            yield break;
        }
        if (guard.InstalledIn != guard.Folder.Path)
        {
            var moved = $"git looks for hooks in {guard.Folder.Path} now; the guard is in {guard.InstalledIn}.";
            yield return Finding.Warning("guard", moved, next) with { Fix = mend };
            yield break;
        }
        var isWell = true;
        foreach (var hook in GuardFiles.Hooks)
        {
            var wrong = guard.State(hook) switch
            {
                GuardState.Missing => "does not run the guard any more",
                GuardState.Stale => "runs the guard of another or a moved program",
                GuardState.NotExecutable => "is not executable, so git does not run it",
                _ => null,
            };
            if (wrong is not null)
            {
                isWell = false;
                yield return Finding.Warning("guard", $"{guard.FileOf(hook)} {wrong}.", next) with { Fix = mend };
            }
        }
        if (isWell)
        {
            yield return Finding.Ok("guard", $"Commits and pushes are guarded, by {guard.Folder.Path}.");
        }
    }

    /// <summary>The settings that keep a client from using what is set up.</summary>
    private static IEnumerable<(string File, string Why)> SwitchedOff(ClientSetup client, string root)
    {
        var home = Settings.Value("HOME") ?? "";
        return client.Name switch
        {
            "claude-code" => ClaudeCode(root, [Path.Combine(root, ".claude/settings.local.json"), Path.Combine(root, ".claude/settings.json"), Path.Combine(home, ".claude/settings.json")]),
            "gemini" => Gemini(root, [Path.Combine(root, ".gemini/settings.json"), Path.Combine(home, ".gemini/settings.json")]),
            "codex" => Codex(root, [Path.Combine(root, ".codex/config.toml"), Path.Combine(Settings.Value("CODEX_HOME") ?? Path.Combine(home, ".codex"), "config.toml")]),
            _ => [],
        };
    }

    private static IEnumerable<(string, string)> ClaudeCode(string root, string[] files)
    {
        var settings = files.Select(file => (File: file, Json: Read(root, file))).ToList();
        // The first file that says it decides: local before project before user.
        if (settings.FirstOrDefault(each => each.Json?["disableAllHooks"] is not null) is { Json: { } json, File: { } deciding } && json["disableAllHooks"]!.Kind == JsonKind.True)
        {
            yield return (deciding, "disableAllHooks is true");
        }
        foreach (var (file, _) in settings.Where(each => Names(each.Json?["disabledMcpjsonServers"])))
        {
            yield return (file, "disabledMcpjsonServers names wigwag");
        }
    }

    private static IEnumerable<(string, string)> Gemini(string root, string[] files)
    {
        foreach (var (file, json) in files.Select(file => (file, Read(root, file))))
        {
            if (json?["hooksConfig"]?["enabled"]?.Kind == JsonKind.False)
            {
                yield return (file, "hooksConfig.enabled is false");
            }
            if (Names(json?["hooksConfig"]?["disabled"]))
            {
                yield return (file, "hooksConfig.disabled names wigwag");
            }
            if (Names(json?["mcp"]?["excluded"]))
            {
                yield return (file, "mcp.excluded names wigwag");
            }
        }
    }

    private static IEnumerable<(string, string)> Codex(string root, string[] files)
    {
        foreach (var file in files)
        {
            var text = ReadText(root, file) ?? "";
            var lines = TomlText.Tables(text).Where(table => table.Name == "features").SelectMany(table => text[table.Start..table.End].Split('\n'));
            if (lines.Select(line => string.Concat(line.Split('#')[0].Where(c => !char.IsWhiteSpace(c)))).Any(line => line is "hooks=false" or "codex_hooks=false"))
            {
                yield return (file, "[features] has hooks = false");
            }
        }
    }

    private static bool Names(JsonText? list) => list is { Kind: JsonKind.List } && list.Items.Exists(item => item.Text == "wigwag");

    private static JsonText? Read(string root, string file)
    {
        try
        {
            return ReadText(root, file) is { } text ? JsonText.Parse(text) : null;
        }
        catch (FormatException)
        {
            // The client cannot read it either, and says so.
            return null;
        }
    }

    private static string? ReadText(string root, string file)
    {
        try
        {
            return RealPath.IsWithin(file, root) ? FilePlan.Read(file, root) : FilePlan.Read(file);
        }
        catch (FormatException)
        {
            // What cannot be read switches nothing off.
            return null;
        }
    }
}
