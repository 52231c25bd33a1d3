using System.Globalization;
using System.Text.Json;
using Wigwag.Core.Text;

namespace Wigwag.Program.Views;

/// <summary>One value of an answer as people read it.</summary>
internal static class Value
{
    /// <summary>A value on one line: times relative on a terminal, things by their names, lists with commas.</summary>
    public static string Show(Terminal terminal, string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.String when IsTime(name) && value.TryGetDateTimeOffset(out var time) => terminal.IsInteractive ? Ago(time) : value.GetString()!,
        JsonValueKind.String => OneLine(value.GetString()!),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(item => Show(terminal, name, item))),
        JsonValueKind.Object => Named(terminal, value),
        _ => value.GetRawText(),
    };

    /// <summary>The colour of a state, a category or an urgency; identifiers stand out.</summary>
    public static Style StyleOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return Style.Plain;
        }
        return name switch
        {
            "category" => value.GetString() switch { "BLOCKED" => Style.Red, "HANDOFF" => Style.Yellow, "DECISION" => Style.Blue, _ => Style.Plain },
            "status" or "state" or "presence" or "urgency" => value.GetString() switch
            {
                "unread" or "open" or "blocked" or "critical" or "high" => Style.Yellow,
                "online" or "working" or "in_progress" or "ready" => Style.Green,
                "offline" or "stale" or "closed" or "done" or "acked" => Style.Dim,
                _ => Style.Plain,
            },
            _ => name.EndsWith("_id", StringComparison.Ordinal) || name is "issue" or "agent" or "message" ? Style.Cyan : IsTime(name) ? Style.Dim : Style.Plain,
        };
    }

    /// <summary>Text from anybody, on one line and harmless to a terminal.</summary>
    public static string OneLine(string text) => IsHarmless(text) ? text : Sanitize.OneLine(text);

    /// <summary>Text from anybody, its lines kept, harmless to a terminal.</summary>
    public static string Paragraphs(string text) => IsHarmless(text) ? text : Sanitize.ForTerminal(text).TrimEnd('\n');

    /// <summary><c>5 min ago</c>, <c>in 2 h</c>; a date beyond a month.</summary>
    public static string Ago(DateTimeOffset time)
    {
        var span = DateTimeOffset.UtcNow - time;
        var text = span.Duration() switch
        {
            { TotalSeconds: < 60 } s => $"{(int)s.TotalSeconds} s",
            { TotalMinutes: < 60 } m => $"{(int)m.TotalMinutes} min",
            { TotalHours: < 48 } h => $"{(int)h.TotalHours} h",
            { TotalDays: < 30 } d => $"{(int)d.TotalDays} d",
            _ => null,
        };
        return text is null
            ? time.ToLocalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : span < TimeSpan.Zero ? $"in {text}" : $"{text} ago";
    }

    // Most texts are plain; the rules for the others need expressions that cost their set-up.
    private static bool IsHarmless(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsTime(string name) => name.EndsWith("_at", StringComparison.Ordinal) || name.EndsWith("_by", StringComparison.Ordinal)
        || name is "since" or "at" or "deadline" or "last_seen";

    // A thing within a thing is shown by its name: a sender by the agent, else by the human.
    private static string Named(Terminal terminal, JsonElement thing)
    {
        foreach (var name in (ReadOnlySpan<string>)["agent", "operator", "name", "id", "issue", "project"])
        {
            if (thing.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                return OneLine(value.GetString()!);
            }
        }
        return string.Join(", ", thing.EnumerateObject().Select(property => $"{property.Name} {Show(terminal, property.Name, property.Value)}"));
    }
}
