using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wigwag.Core.Hooks;

/// <summary>The moments of an agent's session that its client tells of.</summary>
public enum HookMoment
{
    SessionStart,
    /// <summary>The user said something.</summary>
    Prompt,
    BeforeTool,
    AfterTool,
    /// <summary>The agent is about to stop and wait for its user.</summary>
    Stop,
    SessionEnd,
}

/// <summary>What a client says when it calls a hook, in one form for all clients.</summary>
public sealed partial record HookInput
{
    public required HookMoment Moment { get; init; }

    /// <summary>The run of the client; empty when it does not say.</summary>
    public string Session { get; init; } = "";

    /// <summary>The folder that the agent works in, absolute; empty when the client does not say.</summary>
    public string Folder { get; init; } = "";

    public string? Model { get; init; }

    /// <summary>True when the agent goes on only because a hook made it go on.</summary>
    public bool IsContinued { get; init; }

    /// <summary>What the tool writes.</summary>
    public IReadOnlyList<WriteTarget> Targets { get; init; } = [];

    /// <summary>What a client sent, read by its own contract; null when it is no JSON object.</summary>
    public static HookInput? Read(HookMoment moment, JsonElement sent)
    {
        if (sent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        var folder = Text(sent, "cwd") ?? Roots(sent).FirstOrDefault() ?? "";
        return new()
        {
            Moment = moment,
            Session = Text(sent, "conversation_id") ?? Text(sent, "session_id") ?? "",
            Folder = folder,
            Model = Text(sent, "model"),
            IsContinued = sent.TryGetProperty("stop_hook_active", out var active) && active.ValueKind == JsonValueKind.True
                || sent.TryGetProperty("loop_count", out var loops) && loops.ValueKind == JsonValueKind.Number && loops.TryGetInt32(out var count) && count > 0,
            Targets = moment is HookMoment.BeforeTool or HookMoment.AfterTool ? [.. ToolTargets.Of(sent, folder).Concat(Followed(sent))] : [],
        };
    }

    /// <summary>The property in which <c>wigwag hook</c> says where links lead on its machine, as pairs of a path and whether it is a pattern.</summary>
    public const string FollowedLinks = "wigwag_followed";

    internal static string? Text(JsonElement sent, string name) =>
        sent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Text(value) is { Length: > 0 } text ? text : null;

    // Half a surrogate pair is no text; it stands for what a client could not decode.
    internal static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            using var mended = JsonDocument.Parse(Surrogate().Replace(value.GetRawText(), "\uFFFD"));
            return mended.RootElement.GetString();
        }
    }

    private static IEnumerable<WriteTarget> Followed(JsonElement sent) =>
        sent.TryGetProperty(FollowedLinks, out var followed) && followed.ValueKind == JsonValueKind.Object
            ? followed.EnumerateObject().Where(each => each.Name.StartsWith('/')).Select(each => new WriteTarget(each.Name, each.Value.ValueKind == JsonValueKind.True))
            : [];

    [GeneratedRegex(@"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")]
    private static partial Regex Surrogate();

    private static IEnumerable<string> Roots(JsonElement sent) =>
        sent.TryGetProperty("workspace_roots", out var roots) && roots.ValueKind == JsonValueKind.Array
            ? roots.EnumerateArray().Where(root => root.ValueKind == JsonValueKind.String).Select(root => Text(root)!)
            : [];
}
