using System.Text.Json.Nodes;
using Wigwag.Core.Hooks;
using Wigwag.Program.Guard;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Init;

/// <summary>A client that <c>wigwag init</c> sets up: how it is recognized, and what its files are to hold.</summary>
internal sealed class ClientSetup
{
    private const string Server = "wigwag";
    private const int Seconds = 10;

    private readonly string[] _inRepository;
    private readonly string _inHome;
    private readonly string[] _programs;
    private readonly Func<ProgramName, string?, IReadOnlyList<WantedFile>> _files;

    private ClientSetup(
        HookClient client, string title, string[] inRepository, string inHome, string[] programs, Func<ProgramName, string?, IReadOnlyList<WantedFile>> files) =>
        (Client, Title, _inRepository, _inHome, _programs, _files) = (client, title, inRepository, inHome, programs, files);

    public static IReadOnlyList<ClientSetup> All { get; } =
    [
        new(HookClient.ClaudeCode, "Claude Code", [".claude", "CLAUDE.md", ".mcp.json"], ".claude", ["claude"], ClaudeCode),
        new(HookClient.Codex, "Codex", [".codex"], ".codex", ["codex"], Codex),
        new(HookClient.Gemini, "Gemini CLI", [".gemini", "GEMINI.md"], ".gemini", ["gemini"], Gemini),
        new(HookClient.Cursor, "Cursor", [".cursor", ".cursorrules"], ".cursor", ["cursor", "cursor-agent"], Cursor),
    ];

    public HookClient Client { get; }

    public string Name => Client.Name;

    public string Title { get; }

    /// <summary>True when the repository, the user's home or <c>PATH</c> shows it.</summary>
    public bool IsInUse(string root) =>
        _inRepository.Any(name => System.IO.Path.Exists(Path.Combine(root, name)))
        || Settings.Value("HOME") is { } home && Directory.Exists(Path.Combine(home, _inHome))
        || _programs.Any(program => ProgramName.OnPath(program) is not null);

    /// <param name="program">What the files call this program.</param>
    /// <param name="http">The address of a server whose hooks are called by HTTP where the client can, or null to run a command for each.</param>
    public IReadOnlyList<WantedFile> Files(ProgramName program, string? http) => _files(program, http);

    /// <summary>True for a command line or an address that calls a hook of Wigwag's, in whatever way.</summary>
    public static bool CallsHook(string command, HookClient client) =>
        command.Contains($"wigwag hook {client.Name} ", StringComparison.Ordinal)
        || command.Contains($"wigwag' hook {client.Name} ", StringComparison.Ordinal)
        || command.Contains($"wigwag\" hook {client.Name} ", StringComparison.Ordinal)
        || command.Contains($"/v1/hooks/{client.Name}/", StringComparison.Ordinal);

    /// <summary>True for a command line or an address exactly as it is written here, whatever program or server it names: what somebody wrote around it is theirs.</summary>
    public static bool IsHook(string command, HookClient client) => CallsHook(command, client)
        && client.Events.Any(each => IsAddress(command, $"/v1/hooks/{client.Name}/{each.Event}") || IsCommand(command, $" hook {client.Name} {each.Event}"));

    private static bool IsAddress(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private static bool IsCommand(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) && text[..^end.Length] is var program && GuardScript.Quote(ProgramName.FirstWord(program)) == program
        && Path.GetFileName(ProgramName.FirstWord(program)) == Server;

    private static IReadOnlyList<WantedFile> ClaudeCode(ProgramName program, string? http) =>
    [
        new(".claude/settings.json", [.. Hooks(HookClient.ClaudeCode, program, Seconds, "Edit|Write|MultiEdit|NotebookEdit|Bash", http)]),
        new(".mcp.json", [Mcp(program, type: "stdio")]),
    ];

    private static IReadOnlyList<WantedFile> Codex(ProgramName program, string? http) =>
    [
        new(".codex/hooks.json", [.. Hooks(HookClient.Codex, program, Seconds, "Bash|apply_patch|Edit|Write", null)]),
        new(".codex/config.toml",
        [
            new Wanted.Table("mcp_servers", $"mcp_servers.{Server}", $"[mcp_servers.{Server}]\ncommand = {Toml(program.Name)}\nargs = [\"mcp\"]\n", ["mcp_servers", Server], program.Name),
        ]),
    ];

    private static IReadOnlyList<WantedFile> Gemini(ProgramName program, string? http) =>
    [
        // Its timeouts are milliseconds.
        new(".gemini/settings.json", [.. Hooks(HookClient.Gemini, program, Seconds * 1000, "write_file|replace|run_shell_command", null), Mcp(program, type: null)]),
    ];

    private static IReadOnlyList<WantedFile> Cursor(ProgramName program, string? http) =>
    [
        new(".cursor/hooks.json",
        [
            new Wanted.Preamble("version", () => 1),
            .. Once(HookClient.Cursor).Select(each => new Wanted.Hook(
                ["hooks", each.Event],
                () => IsTool(each.Moment)
                    ? new JsonObject { ["command"] = Command(HookClient.Cursor, each.Event, program), ["matcher"] = "Write|StrReplace|Delete|EditNotebook|Shell", ["timeout"] = Seconds }
                    : new JsonObject { ["command"] = Command(HookClient.Cursor, each.Event, program), ["timeout"] = Seconds },
                Command(HookClient.Cursor, each.Event, program))),
        ]),
        new(".cursor/mcp.json", [Mcp(program, type: null)]),
    ];

    private static IEnumerable<Wanted> Hooks(HookClient client, ProgramName program, int timeout, string matcher, string? http)
    {
        foreach (var (name, moment) in Once(client))
        {
            // The start registers the workspace and the server may not run before it; only a command can do both.
            var isHttp = http is not null && moment is not (HookMoment.SessionStart or HookMoment.SessionEnd);
            var command = isHttp ? $"{http!.TrimEnd('/')}/v1/hooks/{client.Name}/{name}" : Command(client, name, program);
            yield return new Wanted.Hook(["hooks", name], () => Group(client, moment, command, isHttp, timeout, matcher), command);
        }
    }

    private static JsonObject Group(HookClient client, HookMoment moment, string command, bool isHttp, int timeout, string matcher)
    {
        var handler = isHttp
            ? new JsonObject
            {
                ["type"] = "http",
                ["url"] = command,
                ["timeout"] = timeout,
                // The key itself is never in the file: the client takes it from its own environment.
                ["headers"] = new JsonObject { ["Authorization"] = "Bearer $WIGWAG_TOKEN" },
                ["allowedEnvVars"] = new JsonArray("WIGWAG_TOKEN"),
            }
            : new JsonObject { ["type"] = "command", ["command"] = command, ["timeout"] = timeout };
        if (client == HookClient.Gemini)
        {
            handler.Insert(0, "name", Server);
        }
        var group = IsTool(moment) ? new JsonObject { ["matcher"] = matcher } : [];
        group["hooks"] = new JsonArray(handler);
        return group;
    }

    // The first name of each moment: Cursor has hooks for one tool beside those for all.
    private static IEnumerable<(string Event, HookMoment Moment)> Once(HookClient client) => client.Events.DistinctBy(each => each.Moment);

    private static bool IsTool(HookMoment moment) => moment is HookMoment.BeforeTool or HookMoment.AfterTool;

    private static string Command(HookClient client, string name, ProgramName program) => program.Shell($"hook {client.Name} {name}");

    private static Wanted.Member Mcp(ProgramName program, string? type) => new(
        ["mcpServers"],
        Server,
        () =>
        {
            var server = type is null ? [] : new JsonObject { ["type"] = type };
            server["command"] = program.Name;
            server["args"] = new JsonArray("mcp");
            return server;
        },
        IsServer);

    // Exactly as it is written here, whatever program it names: one with an environment or arguments of its own is somebody's.
    private static bool IsServer(JsonText entry) =>
        entry.Kind == JsonKind.Object && entry.TextOf("command") is { } command && Path.GetFileName(command) == Server
        && entry["args"] is { Kind: JsonKind.List, Items: [{ Kind: JsonKind.Text, Text: "mcp" }] }
        && entry.Items.All(member => member.Name is "command" or "args" || member is { Name: "type", Text: "stdio" })
        && entry.Items.DistinctBy(member => member.Name).Count() == entry.Items.Count;

    private static string Toml(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
