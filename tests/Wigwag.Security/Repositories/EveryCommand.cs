using System.Text.Json.Nodes;
using Wigwag.Core.Hooks;
using Wigwag.Program.Cli;

namespace Wigwag.Security.Repositories;

/// <summary>A command line of each command that there is, with what it is given on standard input.</summary>
/// <param name="Arguments">What follows <c>wigwag</c>.</param>
/// <param name="Input">Standard input.</param>
internal sealed record CommandLineOf(string[] Arguments, string Input = "")
{
    public string Text => string.Join(' ', Arguments);
}

/// <summary>Every command of the catalog and of the program, and every event of every client: a new one cannot be left out.</summary>
internal static class EveryCommand
{
    // These run until they are told to stop, end the server that the others need, or leave one.
    private static readonly string[] Apart = ["serve", "stop", "demo", "hook"];

    private static readonly string Mcp = string.Concat(new[]
    {
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"""
            + """ "clientInfo":{"name":"x","version":"1"}}}""",
        """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
        """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""",
        """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"show_status","arguments":{}}}""",
    }.Select(line => line + "\n"));

    public static IReadOnlyList<CommandLineOf> Of(string clone) =>
    [
        .. CommandIndex.Load().All().Concat(ProgramCommands.All).Where(command => !Apart.Contains(command.Words)).Select(Line),
        .. HookClient.All.SelectMany(client => client.Events
            .Select(each => new CommandLineOf(["hook", client.Name, each.Event], Sent(clone, each.Event)))),
        new(["init", "--yes", .. HookClient.All.SelectMany(client => new[] { "--client", client.Name })]),
        new(["guard", "install"]), new(["doctor", "--fix"]), new(["guard", "uninstall"]), new(["init", "--undo", "--yes"]),
    ];

    private static CommandLineOf Line(Command command)
    {
        var values = command.Positionals.Where(field => field.IsRequired).Select(Value);
        var options = command.Options.Where(field => field.IsRequired).SelectMany(field => new[] { $"--{field.Option}", Value(field) })
            .Concat(command.Find("timeout") is { } timeout ? ["--timeout", Value(timeout)] : []);
        var input = command.Words switch { "mcp" => Mcp, "guard run" => Reference, _ => "" };
        return new([.. command.Words.Split(' '), .. values, .. options], input);
    }

    private static string Value(Field field) => field.Kind switch
    {
        FieldKind.Choice => field.Choices[0],
        FieldKind.Number or FieldKind.Seconds => "1",
        FieldKind.Duration => "1s",
        FieldKind.File => "README",
        FieldKind.Json => "{}",
        _ => field.Name switch
        {
            "url" => "http://127.0.0.1:9",
            "to" => "main/beads",
            "project" => "vc",
            "agent" => "dave/vc",
            "scopes" or "paths" => "src/a.c",
            _ => "x",
        },
    };

    private static string Reference => $"refs/heads/main {new string('1', 40)} refs/heads/main {new string('0', 40)}\n";

    private static string Sent(string clone, string name) => new JsonObject
    {
        ["session_id"] = "s-1",
        ["hook_event_name"] = name,
        ["cwd"] = clone,
        ["workspace_roots"] = new JsonArray(clone),
        ["tool_name"] = "Bash",
        ["tool_input"] = new JsonObject { ["command"] = "git status; ./git > src/a.c", ["file_path"] = Path.Combine(clone, "src/a.c") },
        ["prompt"] = "x",
    }.ToJsonString();
}
