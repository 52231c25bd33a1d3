using Wigwag.Core.Text;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>A message as a letter: who to whom, what is asked, the text, what is attached.</summary>
internal static class MessageView
{
    public static void Write(Terminal terminal, Json message)
    {
        if (!terminal.IsInteractive)
        {
            AnswerView.Properties(terminal, message);
            return;
        }
        string Show(string name) => Value.Show(terminal, message[name]);
        string Styled(string name) => terminal.Styled(Value.StyleOf(message[name]), Show(name));
        terminal
            .Line($"{Styled("message_id")}  {Styled("category")}  {terminal.Styled(Style.Bold, Show("subject"))}")
            .Line(terminal.Styled(Style.Dim, $"{Show("from")} to {Show("to")}{About(Show("issue_id"))}, {Show("created_at")}"));
        Fact(terminal, "wants", Show("action") + (Show("urgency") is { Length: > 0 } urgency ? $" ({urgency})" : ""));
        Fact(terminal, "next owner", Show("next_owner"));
        Fact(terminal, "taken by", Show("taken_by"));
        Fact(terminal, "delivery", Progress(message));
        if (message["ack_required"]?.Kind == JsonKind.True && Show("state") != "acked")
        {
            Fact(terminal, "acknowledge", Show("ack_by"));
        }
        if (message.TextOf("body") is { Length: > 0 } body)
        {
            terminal.Line();
            LongText.Write(terminal, body);
        }
        foreach (var file in message["attachments"]?.Items ?? [])
        {
            terminal.Line(terminal.Styled(Style.Dim, $"attached: {Value.Show(terminal, file["name"])} ({file["size_bytes"]?.Text} bytes, {Value.Show(terminal, file["media_type"])})"));
        }
    }

    // Of more than these only their numbers are shown.
    private const int MostShown = 10;

    /// <summary>How far it came with each recipient: <c>main/beads delivered (channel), operator:ann@example.org stored</c>.</summary>
    public static string Progress(Json message)
    {
        if (message["everyone"] is { } everyone && long.TryParse(everyone["recipients"]?.Text, out var count) && count > MostShown)
        {
            string How(string name) => everyone[name]?.Text is { } number ? $", {number} {name}" : "";
            return $"{count} recipients{How("delivered")}{How("read")}{How("acked")}";
        }
        var progress = new List<string>();
        foreach (var receipt in message["recipients"]?.Items ?? [])
        {
            var stage = receipt.TextOf("delivery") ?? receipt.TextOf("state") ?? "";
            var how = stage == "delivered" && receipt.TextOf("delivered_via") is { } via ? $" ({via})" : "";
            var taken = receipt.TextOf("taken_by") is { } agent ? $" by {Quotation.Name(agent)}" : "";
            progress.Add($"{Quotation.Name(receipt.TextOf("recipient") ?? "")} {stage}{how}{taken}");
        }
        return string.Join(", ", progress);
    }

    /// <summary>What the sender needs to know of what was sent.</summary>
    public static void Sent(Terminal terminal, Json message)
    {
        if (!terminal.IsInteractive)
        {
            AnswerView.Properties(terminal, message, "body");
            return;
        }
        terminal.Line(
            $"Sent {terminal.Styled(Style.Cyan, Value.Show(terminal, message["message_id"]))} to {Value.Show(terminal, message["to"])}{About(Value.Show(terminal, message["issue_id"]))}."
            + (message["ack_required"]?.Kind == JsonKind.True ? $" To be acknowledged {Value.Show(terminal, message["ack_by"])}." : ""));
    }

    private static string About(string issue) => issue.Length > 0 ? $" about {issue}" : "";

    private static void Fact(Terminal terminal, string label, string value)
    {
        if (value.Length > 0)
        {
            terminal.Line($"{terminal.Styled(Style.Dim, label)} {value}");
        }
    }
}
