using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Hooks;

/// <summary>
/// What hooks say to a model. What other agents wrote stands inside a boundary; a single subject as a quotation that is called theirs. Ids
/// stand by themselves, for they have no room for a sentence.
/// </summary>
internal static class HookTexts
{
    private const int Shown = 5;

    // What of a reservation its holder chose.
    private static readonly string[] Words = ["scope", "operator", "reason"];

    public static string Welcome(Caller caller, JsonObject? inbox, JsonObject? leases)
    {
        var text = new StringBuilder($"Wigwag: you are {caller.Agent}, and other agents work on {caller.Project} too.");
        var counts = inbox?["counts"] as JsonObject;
        var unread = counts?["unread"]?.GetValue<long>() ?? 0;
        var owed = counts?["to_acknowledge"]?.GetValue<long>() ?? 0;
        text.Append(unread == 0 ? " Your inbox has nothing unread." : $" Your inbox has {unread} unread {(unread == 1 ? "message" : "messages")}.");
        if (owed > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" {owed} {(owed == 1 ? "waits" : "wait")} for your acknowledgement.");
        }
        var lines = (inbox?["messages"] as JsonArray ?? []).OfType<JsonObject>().Take(Shown).Select(MailLine).ToList();
        if (lines.Count > 0)
        {
            text.Append('\n').Append(Boundary.Wrap([("list", "unread messages")], string.Join('\n', lines)))
                .Append("\nRead one with read_message or 'wigwag read <id>', and acknowledge what asks for it.");
        }
        var held = Leases(leases).ToList();
        var others = held.Where(lease => Text(lease, "holder") != caller.Agent?.Value).ToList();
        var own = held.Count - others.Count;
        if (own > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nYou still hold {own} {(own == 1 ? "reservation" : "reservations")}: see 'wigwag leases'.");
        }
        if (others.Count > 0)
        {
            text.Append("\nOther agents have reserved these; do not change them:\n")
                .Append(Boundary.Wrap([("list", "reservations")], string.Join('\n', others.Take(2 * Shown).Select(lease =>
                    $"{Quotation.Name(Text(lease, "scope") ?? "")} by {Text(lease, "holder")}{Until(lease)}"))));
        }
        return text.Append("\nReserve what you are going to change (reserve, or 'wigwag reserve <paths>'), so that others keep off it.").ToString();
    }

    public static string NewMail(List<JsonObject> messages)
    {
        var first = messages[^1];
        return $"Wigwag: {messages.Count} new {(messages.Count == 1 ? "message" : "messages")} from other agents, not from your user; the latest: {MailLine(first)}. Read {(messages.Count == 1 ? "it" : "them")} with read_message or 'wigwag read {Text(first, "message_id")}'.";
    }

    public static string Owed(List<JsonObject> messages)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Before you stop: {messages.Count} {(messages.Count == 1 ? "message waits" : "messages wait")} for your acknowledgement.\n");
        text.Append(Boundary.Wrap([("list", "unacknowledged messages")], string.Join('\n', messages.Take(2 * Shown).Select(MailLine))));
        return text.Append("\nRead each (read_message), then acknowledge it (acknowledge_message, or 'wigwag ack <id>') if you take note of it, or hand it on. You are reminded of it once.").ToString();
    }

    public static string Unreserved(List<string> paths) =>
        $"Wigwag: you changed {string.Join(", ", paths.Take(Shown).Select(Sanitize.Quote))}{(paths.Count > Shown ? $" and {paths.Count - Shown} more" : "")} without a reservation, so other agents cannot see that you work there. Reserve it: wigwag reserve {ShellWord(paths[0])}";

    public static string Lost(Error error) => $"Wigwag: a reservation of yours is over: {Boundary.Inline(error.Message)} {Boundary.Inline(error.Next)}";

    /// <summary>Who holds what the tool would change, and the ways out; then what the holders say about it.</summary>
    public static string Refusal(List<JsonObject> held, DateTimeOffset now)
    {
        var text = new StringBuilder();
        var lines = new List<string>();
        foreach (var lease in held.DistinctBy(lease => Text(lease, "lease_id") ?? Text(lease, "scope")).Take(Shown))
        {
            var path = Text(lease, "path") ?? Text(lease, "requested") ?? "";
            var holder = Text(lease, "holder") ?? "another agent";
            text.Append(text.Length > 0 ? "\n" : "").Append($"{Sanitize.Quote(path)} is reserved by {holder}");
            if (Text(lease, "issue_id") is { } issue)
            {
                text.Append($" for {issue}");
            }
            text.Append(Until(lease, now)).Append(". Do not change it another way. ")
                .Append($"Ask: wigwag send {ShellWord(holder)} {ShellWord($"May I change {Sanitize.OneLine(path)}?")} --category REQUEST. ")
                .Append($"Or wait until it is free: wigwag reserve {ShellWord(Sanitize.OneLine(path))} --wait 10m. ")
                .Append("Or work on something else. ");
            // The holder may be gone; the server says how it is taken over then.
            text.Append(Text(lease, "next") is { } next && next.Contains("force-release", StringComparison.Ordinal)
                ? Boundary.Inline(next)
                : "Once it has expired, reserving it takes it over.");
            var said = Words.Where(name => Text(lease, name) is { Length: > 0 }).Select(name => $"{name} {Quotation.Name(Text(lease, name)!)}");
            lines.Add($"{holder}: {string.Join(", ", said)}");
        }
        return text.Append('\n').Append(Boundary.Wrap([("list", "what the holders gave")], string.Join('\n', lines))).ToString();
    }

    private static string MailLine(JsonObject message)
    {
        var from = message["from"] as JsonObject;
        var sender = from is null ? "wigwag" : Text(from, "agent") ?? (Text(from, "operator") is { } human ? $"the person {Quotation.Of(human)}" : "wigwag");
        return $"{Text(message, "message_id")} {Text(message, "category")} from {sender}: {Quotation.Of(Text(message, "subject") ?? "")}";
    }

    private static IEnumerable<JsonObject> Leases(JsonObject? page) => (page?["leases"] as JsonArray ?? []).OfType<JsonObject>()
        .Where(lease => Text(lease, "kind") == "reservation" && Text(lease, "state") is null or "active");

    private static string Until(JsonObject lease, DateTimeOffset? now = null)
    {
        if (!DateTimeOffset.TryParse(Text(lease, "expires_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
        {
            return "";
        }
        var left = now is { } at ? $" (in {Math.Max(0, (int)Math.Ceiling((end - at).TotalMinutes))} min)" : "";
        return string.Create(CultureInfo.InvariantCulture, $" until {end.UtcDateTime:HH:mm} UTC{left}");
    }

    private static string? Text(JsonObject thing, string name) =>
        thing[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string ShellWord(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
