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
        return new OperationRun(index, command, line).Run();
    }

    private int Run()
    {
        var key = _line.Value("idempotency_key") ?? Delivery.NewKey();
        if (_line.Flag("no_server"))
        {
            using var direct = DirectServer.Open(_home);
            return Ask(new(new LocalServer(direct.Socket), null) { IsDirect = true }, key);
        }
        return Ask(Route.Of(_line, _home, _standing), key);
    }

    private int Ask(Route route, string key)
    {
        var delivery = new Delivery(_index, _home, route, _standing, _identity);
        try
        {
            if (route.IsRemote && Outbox.Of(_home) is { IsEmpty: false } outbox)
            {
                outbox.Send(route, (standing, identity) => new(_index, _home, route, standing, identity));
            }
            var call = new RequestBuilder(_standing.Fact, file => Attachments.Upload(file, delivery)).Build(_command, _line, key);
            var reply = delivery.Send(call);
            if (_command.Operation == "get_attachment" && !_line.IsJson)
            {
                return PrintContent(Content(reply, call, delivery));
            }
            return reply.IsSuccess ? Print(reply) : throw new Refusal(InOurWords(Problems.Read(reply, route.Server.Name)));
        }
        catch (UnreachableException) when (_line.Flag("best_effort") && !_command.IsQuery)
        {
            var call = new RequestBuilder(_standing.Fact, Attachments.Enclose).Build(_command, _line, key);
            return Keep(call, route);
        }
        catch (UnreachableException e)
        {
            throw new Refusal(Error.Unavailable(
                "server_unreachable",
                e.Message,
                _command.IsQuery ? "Try again later." : "Try again later, or with --best-effort to have it sent when the server is back."));
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

    private int Keep(Call call, Route route)
    {
        Outbox.Of(_home).Keep(call, route, _identity.Agent, _standing.Folder);
        if (_line.IsJson)
        {
            Terminal.Print(Encoding.UTF8.GetBytes($"{{\"queued\":true,\"idempotency_key\":{Json.Quote(call.IdempotencyKey!)}}}\n"));
        }
        if (!_line.IsQuiet)
        {
            Terminal.Complain($"wigwag: {route.Server.Name} is out of reach; the command waits in the outbox and is sent when it is back.");
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
        if (_line.IsQuiet)
        {
            return ExitCode.Ok;
        }
        var terminal = new Terminal(_line.Flag("no_color"));
        if (_line.IsJson)
        {
            PrintJson(reply.Body, terminal);
            return ExitCode.Ok;
        }
        OperationViews.Write(terminal, _command.Operation, Json.Parse(reply.Body.Length == 0 ? "null"u8 : reply.Body));
        terminal.Flush();
        return ExitCode.Ok;
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
