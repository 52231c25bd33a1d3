using System.Globalization;
using Wigwag.Core.Text;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>Who works on what: who one is, each agent with what it holds, then who waits for whom.</summary>
internal static class StatusView
{
    public static void Write(Terminal terminal, Json answer, Json work)
    {
        AnswerView.Properties(terminal, answer, "work", "claims");
        var agents = work["agents"]?.Items ?? [];
        if (agents.Count > 0)
        {
            terminal.Line();
            var table = new Table(["agent", "presence", "status", "claims", "holds", "unread", "to acknowledge"]);
            foreach (var agent in agents)
            {
                Cell Of(string name) => new(Value.Show(terminal, agent[name]), Value.StyleOf(agent[name]));
                table.Row(
                    Of("agent"), Of("presence"), Of("status"), new(Names(agent["claims"], "issue_id")), new(Holds(agent)),
                    new(Count(agent, "unread")), new(Count(agent, "unacknowledged")));
            }
            table.Write(terminal);
        }
        Shared(terminal, work);
        foreach (var wait in work["waits"]?.Items ?? [])
        {
            terminal.Line($"{terminal.Styled(Style.Yellow, "waits")} {Sentence(wait)}");
        }
        foreach (var circle in work["circles"]?.Items ?? [])
        {
            var waits = circle["waits"]?.Items ?? [];
            terminal.Line($"{terminal.Styled(Style.Red, "circle")} {string.Join("; ", waits.Select(Sentence))}. One of them has to give way.");
        }
    }

    private static void Shared(Terminal terminal, Json work)
    {
        if (Count(work, "unread_by_project") is { Length: > 0 } unread)
        {
            terminal.Line($"{unread} to the project, taken by nobody{(Count(work, "unacknowledged_by_project") is { Length: > 0 } owed ? $"; {owed} to acknowledge" : "")}");
        }
    }

    private static string Sentence(Json wait)
    {
        string Name(string property) => Quotation.Name(wait.TextOf(property) ?? "");
        return $"{Name("agent")} for {Name("on")}: {(wait.TextOf("cause") == "message" ? $"an answer to {Name("what")}" : $"it holds {Name("what")}")}";
    }

    private static string Names(Json? things, string name) => string.Join(", ", (things?.Items ?? []).Select(thing => Quotation.Name(thing.TextOf(name) ?? "")));

    private static string Holds(Json agent)
    {
        var more = (long.TryParse(agent["holds_count"]?.Text, CultureInfo.InvariantCulture, out var all) ? all : 0) - (agent["holds"]?.Items.Count ?? 0);
        return Names(agent["holds"], "scope") + (more > 0 ? $", and {more} more" : "");
    }

    private static string Count(Json thing, string name) => thing[name]?.Text is { } count && count != "0" ? count : "";
}
