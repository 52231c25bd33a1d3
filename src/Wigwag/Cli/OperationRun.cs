using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Program.Local;
using Wigwag.Program.Serving;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Cli;

/// <summary>Runs one operation of the catalog: asks the server it belongs to, and prints the answer.</summary>
internal sealed class OperationRun
{
    private readonly CommandIndex _index;
    private readonly Command _command;
    private readonly CommandLine _line;
    private readonly Home _home;
    private readonly Standing _standing;
    private readonly Identity _identity;

    private OperationRun(CommandIndex index, Command command, CommandLine line)
    {
        (_index, _command, _line) = (index, command, line);
        _home = Home.FromEnvironment();
        _standing = Standing.Here();
        var agent = line.Value("as") ?? Settings.Value("WIGWAG_AGENT");
        // With the agent named, the workspace still says in which project a name alone is meant.
        _identity = new(agent, _standing.Header);
    }

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(CommandIndex index, Command command, CommandLine line)
    {
        line.Require();
        if (line.Flag("best_effort"))
        {
            RefuseToKeep(command, line);
        }
        var run = new OperationRun(index, command, line);
        PathArguments.Resolve(command, line, run._standing);
        return run.Run();
    }

    // Whoever believes to hold an issue or a file, while the command waits in the outbox, works against the one who does.
    private static void RefuseToKeep(Command command, CommandLine line)
    {
        if (!command.IsDeferrable)
        {
            throw Refusal.Usage(
                $"'{command.Words}' cannot be kept for later: its answer is what counts, and only a server gives it.",
                "Leave --best-effort out; without a server the command then fails with exit code 7.");
        }
        if (line.Flag("no_server"))
        {
            throw Refusal.Usage("--no-server asks no server, and --best-effort waits for one.", "Give one of the two.");
        }
    }

    private int Run()
    {
        var key = _line.Value("idempotency_key") ?? Delivery.NewKey();
        try
        {
            if (_line.Flag("no_server"))
            {
                using var direct = DirectServer.Open(_home);
                return Ask(new(new LocalServer(direct.Socket), null) { IsDirect = true }, key);
            }
            return Ask(Route.Of(_line, _home, _standing), key);
        }
        catch (OutputException e) when (!_command.IsQuery)
        {
            throw new OutputException(e.Reason) { Next = $"What was asked for was done; with --idempotency-key {key} the same command tells its answer again." };
        }
    }

    private int Ask(Route route, string key)
    {
        var delivery = new Delivery(_index, _home, route, _standing, _identity);
        // Before anything is sent, so that what was read is whole whatever becomes of it.
        var inputs = new Inputs();
        var call = new RequestBuilder(_standing.Fact, inputs).Build(_command, _line, key);
        try
        {
            SendKept(route);
            foreach (var file in inputs.Attached)
            {
                if (Uploads.Send(delivery, file.Bytes) is var uploaded && !uploaded.IsSuccess)
                {
                    throw new Refusal(Problems.Read(uploaded, route.Server.Name));
                }
            }
            var reply = delivery.Send(call);
            if (_command.Operation == "get_attachment" && !_line.IsJson)
            {
                return PrintContent(Content(reply, call, delivery));
            }
            return reply.IsSuccess ? Print(reply) : throw new Refusal(InOurWords(Problems.Read(reply, route.Server.Name)));
        }
        catch (UnreachableException) when (_line.Flag("best_effort"))
        {
            return Keep(call, inputs, route);
        }
        catch (Refusal e) when (_line.Flag("best_effort") && e.Error.Kind == ErrorKind.Unavailable)
        {
            // One's own server does not start, or the server cannot write now.
            return Keep(call, inputs, route);
        }
        catch (UnreachableException e)
        {
            throw new Refusal(Error.Unavailable(
                "server_unreachable",
                e.Message,
                _command.IsDeferrable ? "Try again later, or with --best-effort to have it sent when the server is back." : "Try again later."));
        }
    }

    // What was kept for this server goes first: it was given first.
    private void SendKept(Route route)
    {
        if (route.IsDirect || Outbox.Of(_home) is not { } outbox || outbox.IsEmpty)
        {
            return;
        }
        var sending = new OutboxSending(outbox, route, (standing, identity) => new(_index, _home, route, standing, identity));
        try
        {
            sending.Run();
        }
        catch (Exception e) when (_command.IsQuery && e is UnreachableException or Refusal)
        {
            // Who asks gets an answer, or is told by their own question what is wrong.
        }
        finally
        {
            sending.Tell(_line.IsJson);
        }
    }

    // The server speaks of properties and callers; who typed a command knows arguments, options and folders.
    private Error InOurWords(Error error) => error switch
    {
        { Code: "no_project" or "unknown_sender" } when _standing.Folder is null && _identity.Agent is null => error with
        {
            Message = "This folder is in no git repository, so you are no agent here.",
            Next = "Go into a clone, or say who speaks with --as, for example --as dave/vc.",
        },
        { Code: "bad_value", Details: { } details } when (string?)details["property"] is { } name && _line.Value(name) is { } value
            && _command.Fields.FirstOrDefault(field => field.Name == name) is { } field => error with
            {
                Message = $"{(field.IsPositional ? $"<{field.Option}>" : $"--{field.Option}")} cannot be {Sanitize.Quote(value)}: {Help.FirstSentence(field.Description)}",
                Next = CommandLine.HelpHint(_command),
            },
        _ => error,
    };

    private int Keep(Call call, Inputs inputs, Route route)
    {
        var kept = new Kept(route.Address, _identity.Agent, _standing.Folder, DateTimeOffset.UtcNow, call) { Workspace = _standing.Header, Command = _command.Words };
        var id = Outbox.Of(_home).Keep(kept, inputs.Attached);
        if (_line.IsJson)
        {
            Terminal.Print(Encoding.UTF8.GetBytes($"{{\"queued\":true,\"outbox_id\":\"{id}\",\"idempotency_key\":{Json.Quote(call.IdempotencyKey!)}}}\n"));
        }
        if (!_line.IsQuiet)
        {
            Failure.Notice(
                "command_kept",
                $"{route.Server.Name} is out of reach; the command is kept in the outbox as {id} and sent before the next command for that server.",
                "'wigwag outbox' shows what waits.",
                _line.IsJson);
        }
        return ExitCode.Ok;
    }

    // A small attachment comes in the answer; a large one is streamed from the address above it.
    private static byte[] Content(Reply reply, Call call, Delivery delivery)
    {
        if (!reply.IsSuccess && Problems.Read(reply, delivery.Server.Name).Kind == ErrorKind.TooLarge)
        {
            reply = delivery.Send(call with { Target = call.Target[..^"/content".Length] });
            return reply.IsSuccess ? reply.Body : throw new Refusal(Problems.Read(reply, delivery.Server.Name));
        }
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, delivery.Server.Name));
        }
        var answer = Json.Parse(reply.Body);
        return answer.TextOf("base64") is { } encoded ? Convert.FromBase64String(encoded) : Encoding.UTF8.GetBytes(answer.TextOf("text") ?? "");
    }

    // The bytes themselves; a person's terminal obeys none of them.
    private int PrintContent(byte[] content)
    {
        var terminal = new Terminal(noColor: true);
        if (terminal.IsInteractive)
        {
            LongText.Write(terminal, Encoding.UTF8.GetString(content));
            terminal.Flush();
        }
        else if (!_line.IsQuiet)
        {
            Terminal.Print(content);
        }
        return ExitCode.Ok;
    }

    private int Print(Reply reply)
    {
        if (_command.Operation == "show_status" && Outbox.Of(_home).RefusedCount is > 0 and var refused)
        {
            Failure.Notice("kept_commands_refused", $"{refused} of the commands that were kept {(refused == 1 ? "was" : "were")} refused when sent.", "See 'wigwag outbox'.", _line.IsJson);
        }
        if (_line.IsQuiet)
        {
            return ExitCode.Of(reply.Outcome);
        }
        var terminal = new Terminal(_line.Flag("no_color"));
        if (_line.IsJson)
        {
            PrintJson(reply.Body, terminal);
            return ExitCode.Of(reply.Outcome);
        }
        OperationViews.Write(terminal, _command.Operation, Json.Parse(reply.Body.Length == 0 ? "null"u8 : reply.Body));
        terminal.Flush();
        return ExitCode.Of(reply.Outcome);
    }

    // A program gets the server's bytes; a person gets them indented.
    private static void PrintJson(byte[] body, Terminal terminal)
    {
        if (!terminal.IsInteractive)
        {
            Terminal.Print([.. body, (byte)'\n']);
            return;
        }
        terminal.Line(ReadableJson.Indent(body)).Flush();
    }
}
