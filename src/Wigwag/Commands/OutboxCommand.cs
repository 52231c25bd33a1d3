using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag outbox</c>, <c>outbox show</c>, <c>outbox send</c> and <c>outbox drop</c></summary>
internal static class OutboxCommand
{
    private static readonly string[] Columns = ["id", "state", "command", "agent", "server", "kept_at", "refusal.message=because"];

    private static readonly Field Ids = new() { Name = "ids", Option = "id", Position = 0, IsMany = true, Description = "Which, by their numbers." };

    public static readonly Command List = new()
    {
        Words = "outbox",
        Title = "List the commands that wait for their server",
        Description = "Lists the commands that were kept with --best-effort: those that wait for their server, and those that it refused when they were sent.",
        Example = "wigwag outbox",
        Run = line =>
        {
            var (commands, unreadable) = Outbox.Of(Home.FromEnvironment()).All();
            foreach (var file in unreadable)
            {
                Failure.Notice("kept_command_unreadable", $"{file} cannot be read as a command.", "Move it away if it is not yours to mend.", line.IsJson);
            }
            return Print(line, $"{{\"kept\":[{string.Join(',', commands.Select(kept => Write(kept, withRequest: false)))}]}}");
        },
    };

    public static readonly Command Show = new()
    {
        Words = "outbox show",
        Title = "Show a command that waits for its server",
        Description = "Shows one command that was kept, with all that is sent, and why it was refused if it was.",
        Example = "wigwag outbox show 1",
        Fields = [Ids with { Name = "id", IsMany = false, IsRequired = true }],
        Run = line =>
        {
            line.Require();
            return Print(line, Write(Find(Outbox.Of(Home.FromEnvironment()), [line.Value("id")!])[0], withRequest: true));
        },
    };

    public static readonly Command Send = new()
    {
        Words = "outbox send",
        Title = "Send the commands that wait for their server",
        Description = "Sends the kept commands now, in the order in which they were given; with ids only these, and those that were refused before too. Exits with the code of "
            + "the first refusal, and with 7 when a server is still out of reach. Nothing is sent twice, whoever else sends at the same time.",
        Example = "wigwag outbox send",
        Fields = [Ids],
        Run = SendNow,
    };

    public static readonly Command Drop = new()
    {
        Words = "outbox drop",
        Title = "Drop commands that wait for their server",
        Description = "Removes kept commands from the outbox; they are not sent.",
        Example = "wigwag outbox drop 1",
        Fields = [Ids with { IsRequired = true }],
        Run = line =>
        {
            line.Require();
            var outbox = Outbox.Of(Home.FromEnvironment());
            var found = Find(outbox, line.Values("ids"));
            using var turn = outbox.TakeTurn() ?? throw Outbox.Busy();
            foreach (var kept in found)
            {
                outbox.Remove(kept);
            }
            return Say(line, $"{{\"dropped\":{found.Count}}}", $"Dropped {found.Count}.");
        },
    };

    private static int SendNow(CommandLine line)
    {
        var home = Home.FromEnvironment();
        var (outbox, index) = (Outbox.Of(home), CommandIndex.Load());
        var only = line.Has("ids") ? Find(outbox, line.Values("ids")) : null;
        var commands = only ?? [.. outbox.All().Commands.Where(kept => !kept.IsRefused)];
        var (done, refused) = (0, new List<Error>());
        Error? unreachable = null;
        foreach (var address in commands.Select(kept => kept.Address).Distinct())
        {
            var route = address is null ? new Route(new LocalServer(home.Socket), null) : new(Route.At(home, address), address);
            var sending = new OutboxSending(outbox, route, (standing, identity) => new(index, home, route, standing, identity));
            try
            {
                sending.Run(only?.Select(kept => kept.Id).ToHashSet());
            }
            catch (UnreachableException e)
            {
                unreachable = Error.Unavailable("server_unreachable", e.Message, "What was not sent waits on; try again later.");
                Failure.Report(new Refusal(unreachable), line.IsJson);
            }
            sending.Tell(line.IsJson);
            done += sending.Done;
            refused.AddRange(sending.Refused.Select(each => each.Error));
        }
        var waits = commands.Count - done - refused.Count;
        Say(
            line,
            $"{{\"sent\":{done},\"refused\":{refused.Count},\"waiting\":{Math.Max(0, waits)}}}",
            commands.Count == 0 ? "Nothing waits to be sent." : $"Sent {done}{(refused.Count > 0 ? $", refused {refused.Count}" : "")}{(waits > 0 ? $", waiting {waits}" : "")}.");
        return refused.Count > 0 ? ExitCode.Of(refused[0].Kind) : unreachable is not null ? ExitCode.Of(unreachable.Kind) : ExitCode.Ok;
    }

    private static List<Kept> Find(Outbox outbox, IReadOnlyList<string> ids)
    {
        var all = outbox.All().Commands.ToDictionary(kept => kept.Id);
        return [.. ids.Distinct().Select(id => all.TryGetValue(id.TrimStart('0'), out var kept) ? kept : throw new Refusal(Error.NotFound(
            "unknown_kept_command", $"The outbox has no command {Value.OneLine(id)}.", "'wigwag outbox' lists what it has.")))];
    }

    private static string Write(Kept kept, bool withRequest)
    {
        var json = new StringBuilder($"{{\"id\":\"{kept.Id}\",\"state\":\"{(kept.IsRefused ? "refused" : "waiting")}\"");
        void Add(string name, string? text) => json.Append(text is null ? "" : $",\"{name}\":{Json.Quote(text)}");
        Add("command", kept.Command ?? $"{kept.Call.Method} {kept.Call.Target}");
        Add("agent", kept.Agent);
        Add("folder", kept.Folder);
        Add("server", kept.Address ?? "your own");
        Add("kept_at", kept.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        if (kept.Refusal is { } refusal)
        {
            json.Append($",\"refusal\":{Problems.Write(refusal.Error)}");
        }
        if (withRequest)
        {
            Add("idempotency_key", kept.Call.IdempotencyKey);
            Add("address", $"{kept.Call.Method} {kept.Call.Target}");
            json.Append(kept.Call.Body.Length == 0 ? "" : $",\"request\":{Encoding.UTF8.GetString(kept.Call.Body)}");
        }
        return json.Append('}').ToString();
    }

    private static int Print(CommandLine line, string json)
    {
        if (line.IsQuiet)
        {
            return ExitCode.Ok;
        }
        var terminal = new Terminal(line.Flag("no_color"));
        if (line.IsJson)
        {
            terminal.Line(json).Flush();
            return ExitCode.Ok;
        }
        var answer = Json.Parse(json);
        if (answer["kept"] is { } list)
        {
            AnswerView.Rows(terminal, list, Columns);
        }
        else
        {
            AnswerView.Properties(terminal, answer);
        }
        terminal.Flush();
        return ExitCode.Ok;
    }

    private static int Say(CommandLine line, string json, string sentence)
    {
        if (!line.IsQuiet)
        {
            new Terminal(line.Flag("no_color")).Line(line.IsJson ? json : sentence).Flush();
        }
        return ExitCode.Ok;
    }
}
