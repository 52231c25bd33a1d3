using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary>
/// <c>wigwag wait --follow</c>: a line for each message that may wake its reader, for monitors, scripts and any client that watches a
/// process. It goes on where its cursor stands, also over restarts of the server and of itself.
/// </summary>
internal sealed class FollowCommand
{
    private const string Operation = "wait_for_messages";
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(50);

    private readonly Command _wait;
    private readonly Command _note;
    private readonly Command _goodbye;
    private readonly CommandLine _line;
    private readonly Route _route;
    private readonly Delivery _delivery;
    private readonly long _started = System.Diagnostics.Stopwatch.GetTimestamp();
    private bool _hasAnswered;
    private bool _hasTold;
    private string _document = "";

    private FollowCommand(CommandIndex index, Command wait, CommandLine line)
    {
        (_wait, _line) = (wait, line);
        _note = index.Find("delivery note") ?? throw new InvalidOperationException("There is no command to note a delivery.");
        _goodbye = index.Find("agent goodbye") ?? throw new InvalidOperationException("There is no command to say goodbye.");
        var standing = Standing.Here();
        var home = Home.FromEnvironment();
        _route = Route.Of(line, home, standing);
        _delivery = new(index, home, _route, standing, new(line.Value("as") ?? Settings.Value("WIGWAG_AGENT"), standing.Header) { Session = $"follow:{Delivery.NewKey()}" });
    }

    /// <summary>The command <c>wait</c> with what following adds to it; null for every other command.</summary>
    public static Command? Extend(CommandIndex index, Command command) => command.Operation != Operation ? null : command with
    {
        Description = command.Description + " With --follow it does not end: it prints a line for each message that your wake policy lets wake you, "
            + "and with --json a JSON document a line. It stays through restarts of the server.",
        Fields =
        [
            .. command.Fields,
            new() { Name = "follow", Option = "follow", Kind = FieldKind.Flag, Description = "Go on after the first message, until --timeout is over or for ever." },
            new() { Name = "all", Option = "all", Kind = FieldKind.Flag, Description = "With --follow, print every message and not only those that may wake you." },
            new() { Name = "cursor_file", Option = "cursor-file", Description = "With --follow, keep the place in this file and go on from there when started again." },
        ],
        Run = line => line.Flag("follow") ? new FollowCommand(index, command, line).Run() : OperationRun.Run(index, command, line),
    };

    private int Run()
    {
        if (_line.Flag("no_server"))
        {
            throw Refusal.Usage("--follow waits for what others send, which needs a server.", "Leave --no-server out.");
        }
        var after = _line.Value("after") ?? Kept();
        if (after is null)
        {
            var begin = Ask(null, TimeSpan.Zero, unread: _line.Flag("unread"));
            after = Tell(begin, null);
        }
        while (!Terminal.ReaderHasGone && Left() is var left && left > TimeSpan.Zero)
        {
            if (!TryAsk(after, left < Round ? left : Round, out var answer))
            {
                after = Tell(Ask(null, TimeSpan.Zero, unread: true), null);
                continue;
            }
            if (answer["messages"]?.Items.Count > 0 && int.TryParse(answer["gather_seconds"]?.Text, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
            {
                // A burst is told at once: one look of whoever watches, not ten.
                Thread.Sleep(TimeSpan.FromSeconds(seconds));
                answer = Ask(after, TimeSpan.Zero, unread: false);
            }
            after = Tell(answer, after);
        }
        Leave();
        return _hasTold || Terminal.ReaderHasGone ? ExitCode.Ok : ExitCode.No;
    }

    // Its own session ends; whatever else runs as this agent goes on.
    private void Leave()
    {
        try
        {
            Send(_goodbye, []);
        }
        catch (Refusal)
        {
            // Nobody was there, or nobody answers: the session is over by its silence.
        }
    }

    // After a restore the place is one of what was lost: all that is unread is told, perhaps again, so that nothing is missed.
    private bool TryAsk(string? after, TimeSpan timeout, [NotNullWhen(true)] out Json? answer)
    {
        try
        {
            answer = Ask(after, timeout, unread: false);
            return true;
        }
        catch (Refusal e) when (e.Error.Code == "cursor_expired")
        {
            Terminal.Complain("wigwag: The server's database was restored from a backup. All that is unread is told again.");
            answer = null;
            return false;
        }
    }

    private TimeSpan Left() => _line.Value("timeout") is { } text
        ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) - System.Diagnostics.Stopwatch.GetElapsedTime(_started)
        : TimeSpan.MaxValue;

    private string? Kept()
    {
        if (_line.Value("cursor_file") is not { } file || !File.Exists(file))
        {
            return null;
        }
        return File.ReadAllText(file).Trim() is { Length: > 0 } kept ? kept : null;
    }

    // Printed, then noted, then passed: what a crash leaves between is printed again, and nothing is skipped.
    private string Tell(Json answer, string? before)
    {
        var after = answer.TextOf("after") ?? throw new IOException("The server gave no place to go on from.");
        var messages = answer["messages"]?.Items ?? [];
        if (messages.Count > 0)
        {
            _hasTold = true;
            var lines = new StringBuilder();
            for (var i = 0; i < messages.Count; i++)
            {
                // Before the last, the place is the one from which nothing of these is missed, where there is one.
                lines.Append(_line.IsJson ? JsonLine(messages[i], i == messages.Count - 1 ? after : before) : Line(messages[i])).Append('\n');
            }
            if (!_line.IsQuiet)
            {
                Terminal.Print(Encoding.UTF8.GetBytes(lines.ToString()));
                if (Terminal.ReaderHasGone)
                {
                    return before ?? after; // nobody has read it: the next one prints it
                }
            }
            if (!_line.Flag("all"))
            {
                Note(messages);
            }
        }
        if (after != before && _line.Value("cursor_file") is { } file)
        {
            File.WriteAllText(file + ".new", after + "\n");
            File.Move(file + ".new", file, overwrite: true);
        }
        return after;
    }

    private void Note(IReadOnlyList<Json> messages)
    {
        try
        {
            Send(_note, ["wait", .. messages.Select(message => message.TextOf("message_id")!)]);
        }
        catch (Refusal e) when (e.Error.Kind == ErrorKind.Forbidden)
        {
            // A key that only reads watches without being anybody's session.
        }
    }

    private static string Line(Json message)
    {
        string Text(string name) => Value.OneLine(message.TextOf(name) ?? "");
        var from = message["from"]?.TextOf("agent") ?? message["from"]?.TextOf("operator") ?? "wigwag";
        var about = Text("issue_id") is { Length: > 0 } issue ? $" ({issue})" : "";
        return $"{Text("created_at")} {Text("category")} {Text("message_id")} from {Quotation.Name(from)}: {Quotation.Of(message.TextOf("subject") ?? "")}{about}";
    }

    private string JsonLine(Json message, string? after) =>
        $"{{{(after is null ? "" : $"\"after\":{Json.Quote(after)},")}{_document[(message.Start + 1)..message.End]}";

    private Json Ask(string? after, TimeSpan timeout, bool unread)
    {
        List<string> arguments = ["--timeout", Math.Ceiling(timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture)];
        Add("after", after);
        Add("in", _line.Value("project"));
        Add("limit", _line.Value("limit"));
        Flag("project", _line.Flag("project_only"));
        Flag("unread", unread);
        Flag("waking", !_line.Flag("all"));
        _document = Encoding.UTF8.GetString(Send(_wait, arguments).Body);
        return Json.Parse(_document);

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                arguments.Add($"--{option}={value}");
            }
        }

        void Flag(string option, bool isSet)
        {
            if (isSet)
            {
                arguments.Add($"--{option}");
            }
        }
    }

    // Until it is answered: a server that restarts is waited for, and one that was stopped is not started to go on listening.
    private Reply Send(Command command, IReadOnlyList<string> arguments)
    {
        var call = new RequestBuilder(_ => null)
            .Build(command, CommandLine.Parse(command, [.. arguments]), Delivery.NewKey());
        var pause = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (true)
        {
            try
            {
                var reply = _delivery.Send(call);
                if (reply.IsSuccess)
                {
                    _hasAnswered = true;
                    _delivery.StartsServer = false;
                    return reply;
                }
                if (Problems.Read(reply, _route.Server.Name) is var error && (error.Kind != ErrorKind.Unavailable || !_hasAnswered))
                {
                    throw new Refusal(error);
                }
            }
            catch (UnreachableException) when (_hasAnswered)
            {
                // It stopped under the wait, or is on its way back.
            }
            catch (UnreachableException e)
            {
                throw new Refusal(Error.Unavailable("server_unreachable", e.Message, "Try again later."));
            }
            Thread.Sleep(pause.Next());
        }
    }
}
