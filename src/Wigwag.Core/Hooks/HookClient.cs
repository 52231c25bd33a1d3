using System.Text.Json.Nodes;

namespace Wigwag.Core.Hooks;

/// <summary>
/// A coding agent's client: what it calls its hooks and the form in which it reads their answers. The contracts are recorded, with version
/// and source, as fixtures of the tests.
/// </summary>
public sealed class HookClient
{
    private readonly Func<HookClient, HookMoment, HookAnswer, JsonObject> _write;

    private HookClient(string name, Func<HookClient, HookMoment, HookAnswer, JsonObject> write, params (string Event, HookMoment Moment)[] events) =>
        (Name, _write, Events) = (name, write, events);

    public static readonly HookClient ClaudeCode = new(
        "claude-code", WriteClaude,
        ("SessionStart", HookMoment.SessionStart),
        ("UserPromptSubmit", HookMoment.Prompt),
        ("PreToolUse", HookMoment.BeforeTool),
        ("PostToolUse", HookMoment.AfterTool),
        ("Stop", HookMoment.Stop),
        ("SessionEnd", HookMoment.SessionEnd));

    public static readonly HookClient Codex = new(
        "codex", WriteClaude,
        ("SessionStart", HookMoment.SessionStart),
        ("UserPromptSubmit", HookMoment.Prompt),
        ("PreToolUse", HookMoment.BeforeTool),
        ("PostToolUse", HookMoment.AfterTool),
        ("Stop", HookMoment.Stop));

    public static readonly HookClient Gemini = new(
        "gemini", WriteGemini,
        ("SessionStart", HookMoment.SessionStart),
        ("BeforeAgent", HookMoment.Prompt),
        ("BeforeTool", HookMoment.BeforeTool),
        ("AfterTool", HookMoment.AfterTool),
        ("AfterAgent", HookMoment.Stop),
        ("SessionEnd", HookMoment.SessionEnd));

    public static readonly HookClient Cursor = new(
        "cursor", WriteCursor,
        ("sessionStart", HookMoment.SessionStart),
        ("beforeSubmitPrompt", HookMoment.Prompt),
        ("preToolUse", HookMoment.BeforeTool),
        ("beforeShellExecution", HookMoment.BeforeTool),
        ("postToolUse", HookMoment.AfterTool),
        ("afterFileEdit", HookMoment.AfterTool),
        ("stop", HookMoment.Stop),
        ("sessionEnd", HookMoment.SessionEnd));

    public static IReadOnlyList<HookClient> All { get; } = [ClaudeCode, Codex, Gemini, Cursor];

    /// <summary>The name in routes and commands.</summary>
    public string Name { get; }

    /// <summary>Its events in the order of a session.</summary>
    public IReadOnlyList<(string Event, HookMoment Moment)> Events { get; }

    /// <summary>The client and the moment that names mean; <c>pre-tool-use</c> is <c>PreToolUse</c>.</summary>
    public static (HookClient Client, HookMoment Moment)? Find(string client, string name)
    {
        var plain = name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        foreach (var each in All.Where(each => each.Name.Equals(client, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var (known, moment) in each.Events)
            {
                if (known.Equals(plain, StringComparison.OrdinalIgnoreCase))
                {
                    return (each, moment);
                }
            }
        }
        return null;
    }

    /// <summary>The answer as this client reads it; an empty object says nothing.</summary>
    public JsonObject Write(HookMoment moment, HookAnswer answer) => _write(this, moment, answer);

    private string EventOf(HookMoment moment) => Events.First(each => each.Moment == moment).Event;

    private static JsonObject WriteClaude(HookClient client, HookMoment moment, HookAnswer answer)
    {
        if (moment == HookMoment.BeforeTool && answer.Deny is { } reason)
        {
            return Specific(client, moment, ("permissionDecision", "deny"), ("permissionDecisionReason", reason));
        }
        if (moment == HookMoment.Stop && answer.GoOn is { } task)
        {
            return new() { ["decision"] = "block", ["reason"] = task };
        }
        return TakesContext(moment) && answer.Context is { } context ? Specific(client, moment, ("additionalContext", context)) : Warn(answer);
    }

    private static JsonObject WriteGemini(HookClient client, HookMoment moment, HookAnswer answer) =>
        (moment == HookMoment.BeforeTool ? answer.Deny : moment == HookMoment.Stop ? answer.GoOn : null) is { } reason
            ? new() { ["decision"] = "deny", ["reason"] = reason }
            : TakesContext(moment) && answer.Context is { } context ? Specific(client, moment, ("additionalContext", context)) : Warn(answer);

    private static JsonObject Warn(HookAnswer answer) => answer.Warning is { } warning ? new() { ["systemMessage"] = warning } : [];

    private static JsonObject WriteCursor(HookClient client, HookMoment moment, HookAnswer answer) => moment switch
    {
        // Its versions before 2.1 read decision and reason, the later ones the others.
        HookMoment.BeforeTool when answer.Deny is { } reason => new()
        {
            ["permission"] = "deny",
            ["user_message"] = reason,
            ["agent_message"] = reason,
            ["decision"] = "deny",
            ["reason"] = reason,
        },
        HookMoment.Prompt => new() { ["continue"] = true },
        HookMoment.Stop when answer.GoOn is { } task => new() { ["followup_message"] = task },
        HookMoment.SessionStart or HookMoment.AfterTool when answer.Context is { } context => new() { ["additional_context"] = context },
        _ => [],
    };

    private static bool TakesContext(HookMoment moment) => moment is HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTool;

    private static JsonObject Specific(HookClient client, HookMoment moment, params (string Name, string Value)[] fields)
    {
        var output = new JsonObject { ["hookEventName"] = client.EventOf(moment) };
        foreach (var (name, value) in fields)
        {
            output[name] = value;
        }
        return new() { ["hookSpecificOutput"] = output };
    }

    /// <summary>True when the client can be told something at this moment.</summary>
    public bool Hears(HookMoment moment) => TakesContext(moment) && !(this == Cursor && moment == HookMoment.Prompt);
}
