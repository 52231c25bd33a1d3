using System.Globalization;
using System.Text;
using Wigwag.Core.Text;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>One value of an answer as people read it.</summary>
internal static class Value
{
    // What is cut can be had whole with --json.
    private const int MostOfAText = 1000;

    /// <summary>A value on one line: times relative on a terminal, things by their names, lists with commas.</summary>
    public static string Show(Terminal terminal, Json? value) => value?.Kind switch
    {
        null or JsonKind.Null => "",
        JsonKind.True => "yes",
        JsonKind.False => "no",
        JsonKind.Text when terminal.IsInteractive && IsTime(value.Name) && DateTimeOffset.TryParse(value.Text, CultureInfo.InvariantCulture, out var time) => Ago(time),
        JsonKind.Text => Said(value),
        JsonKind.List => Joined(value.Items.Select(item => Show(terminal, item))),
        JsonKind.Object => Named(terminal, value),
        _ => value.Text,
    };

    /// <summary>The colour of a state, a category or an urgency; identifiers stand out.</summary>
    public static Style StyleOf(Json? value) => value is not { Kind: JsonKind.Text } ? Style.Plain : value.Name switch
    {
        "category" => value.Text switch
        {
            "BLOCKED" => Style.Red,
            "HANDOFF" => Style.Yellow,
            "DECISION" => Style.Blue,
            _ => Style.Plain,
        },
        "status" or "state" or "presence" or "urgency" => value.Text switch
        {
            "unread" or "open" or "blocked" or "critical" or "high" => Style.Yellow,
            "online" or "working" or "in_progress" or "ready" => Style.Green,
            "offline" or "stale" or "closed" or "done" or "acked" => Style.Dim,
            _ => Style.Plain,
        },
        "issue" or "agent" or "message" => Style.Cyan,
        _ => value.Name.EndsWith("_id", StringComparison.Ordinal) ? Style.Cyan : IsTime(value.Name) ? Style.Dim : Style.Plain,
    };

    /// <summary>
    /// A text in an answer: as it is where the server wrote it, in quotes where it is somebody's words, and in quotes too, whatever it is, when
    /// it is more than a name.
    /// </summary>
    private static string Said(Json value) => value.Name switch
    {
        "next" or "line" => OneLine(value.Text),
        "subject" or "title" or "action" or "reason" or "snippet" or "operator" or "display_name" => Quotation.Of(value.Text, MostOfAText),
        _ => Quotation.Name(value.Text, MostOfAText),
    };

    /// <summary>Text from anybody, on one line and harmless to a terminal.</summary>
    public static string OneLine(string text) => IsPlain(text) ? text : Sanitize.OneLine(text);

    /// <summary>Text from anybody, its lines kept, harmless to a terminal.</summary>
    public static string Paragraphs(string text) => IsPlain(text) ? text : Sanitize.ForTerminal(text).TrimEnd('\n');

    /// <summary><c>5 min ago</c>, <c>in 2 h</c>; a date beyond a month.</summary>
    public static string Ago(DateTimeOffset time)
    {
        var span = DateTimeOffset.UtcNow - time;
        // Half an hour from now is 30 minutes, not 29.
        span = span < TimeSpan.Zero ? span - TimeSpan.FromSeconds(1) : span;
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

    // Most texts are plain; the rules for the others cost their set-up.
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~')
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsTime(string name) => name.EndsWith("_at", StringComparison.Ordinal) || name is "ack_by" or "since" or "at" or "deadline";

    // A thing within a thing is shown by its name: a lease by its id, a sender by the agent, else by the human.
    private static string Named(Terminal terminal, Json thing)
    {
        foreach (var name in (ReadOnlySpan<string>)["lease_id", "agent", "operator", "name", "id", "issue", "project"])
        {
            if (thing.TextOf(name) is { } text)
            {
                return Quotation.Name(text, MostOfAText);
            }
        }
        return Joined(thing.Items.Select(member => $"{member.Name} {Show(terminal, member)}"));
    }

    private static string Joined(IEnumerable<string> texts) => new StringBuilder().AppendJoin(", ", texts).ToString();
}
