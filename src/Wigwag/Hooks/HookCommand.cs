using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Hooks;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Guard;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Hooks;

/// <summary>
/// <c>wigwag hook</c>: what an agent's client calls. It passes what the client sent to the server and the answer back, and breaks no
/// session: when anything is wrong it says so in one line and exits 0. Only a write that nobody could check is refused, where the
/// repository's guard was installed to refuse then.
/// </summary>
internal static class HookCommand
{
    // An agent that waits for its hook does nothing else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static readonly Command Command = new()
    {
        Words = "hook",
        Title = "Answer a hook of an agent's client",
        Description = "Called by the clients that 'wigwag init' has set up: reads the client's JSON on standard input and prints its answer. Always exits 0.",
        Example = "wigwag hook claude-code PreToolUse",
        IsHidden = true,
        Fields =
        [
            new() { Name = "client", Option = "client", Position = 0, IsRequired = true, Description = "claude-code, codex, gemini or cursor." },
            new() { Name = "event", Option = "event", Position = 1, IsRequired = true, Description = "The hook's name." },
        ],
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        byte[] sent = [];
        try
        {
            line.Require();
            sent = Libc.ReadStandardInput(RequestLimits.HookBytes + 1);
            if (sent.Length > RequestLimits.HookBytes)
            {
                throw new Refusal(Error.TooLarge("body_too_large", $"The client sent more than {RequestLimits.HookBytes >> 20} MiB.", "Nothing was checked."));
            }
            Answer(line, sent);
        }
        catch (Exception e) when (e is UnreachableException or Refusal or IOException or UnauthorizedAccessException)
        {
            var why = Value.OneLine(e is Refusal refusal ? $"{refusal.Error.Message} {refusal.Error.Next}".TrimEnd() : e.Message);
            Terminal.Complain($"wigwag: the hook did nothing: {why}");
            Unchecked(line, sent, why);
        }
        return ExitCode.Ok;
    }

    /// <summary>A tool is about to write and nobody could say who holds what: refused where the repository's guard refuses then, else the user is told.</summary>
    private static void Unchecked(CommandLine line, byte[] sent, string why)
    {
        if (HookClient.Find(line.Value("client") ?? "", line.Value("event") ?? "") is not (var client, HookMoment.BeforeTool)
            || Input(HookMoment.BeforeTool, sent) is not { Targets.Count: > 0 })
        {
            return;
        }
        var refuses = Standing.At(Folder()).Workspace is { } workspace && GuardFiles.RefusesWhenDown(workspace);
        var text = $"Wigwag could not check who has reserved what this changes: {why}";
        var answer = client.Write(HookMoment.BeforeTool, refuses
            ? new() { Deny = $"{text} This repository's guard refuses changes then. Try again later, or ask your user." }
            : new() { Warning = $"{text} The change was let through." });
        if (answer.Count > 0)
        {
            Terminal.Print(Encoding.UTF8.GetBytes(answer.ToJsonString() + "\n"));
        }
    }

    private static HookInput? Input(HookMoment moment, byte[] sent)
    {
        try
        {
            using var read = JsonDocument.Parse(sent);
            return HookInput.Read(moment, read.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Answer(CommandLine line, byte[] sent)
    {
        var standing = Standing.At(Folder());
        var agent = line.Value("as") ?? Settings.Value("WIGWAG_AGENT");
        if (standing.Header is null && agent is null)
        {
            // Outside any repository nothing is anybody's.
            return;
        }
        var home = Home.FromEnvironment();
        var route = Route.Of(line, home, standing);
        var delivery = new Delivery(CommandIndex.Load(), home, route, standing, new(agent, standing.Header)) { StartPatience = Patience };
        var reply = delivery.Send(new()
        {
            Method = "POST",
            Target = $"/v1/hooks/{Percent.Encode(line.Value("client")!)}/{Percent.Encode(line.Value("event")!)}",
            // A server on this machine follows its links itself.
            Body = route.IsRemote ? WithLinksFollowed(line, sent) : sent,
            Patience = Patience,
        });
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, route.Server.Name));
        }
        NameSession(line, sent);
        if (!line.IsQuiet)
        {
            Terminal.Print([.. reply.Body, (byte)'\n']);
        }
    }

    // Claude Code reads from this file what its shell's commands find in their environment: so they belong to the session that runs them.
    private static void NameSession(CommandLine line, byte[] sent)
    {
        if (HookClient.Find(line.Value("client")!, line.Value("event")!) is (var client, HookMoment.SessionStart)
            && Settings.Value("CLAUDE_ENV_FILE") is { } file
            && Json.Parse(Encoding.UTF8.GetString(sent)).TextOf("session_id") is { Length: > 0 } id)
        {
            File.AppendAllText(file, $"export WIGWAG_SESSION={ClientSession.Hook(id, client.Name)}\n");
        }
    }

    private static byte[] WithLinksFollowed(CommandLine line, byte[] sent)
    {
        if (HookClient.Find(line.Value("client")!, line.Value("event")!) is not var (_, moment) || Input(moment, sent) is not { Targets.Count: > 0 } input)
        {
            return sent;
        }
        var followed = new JsonObject();
        foreach (var real in input.Targets.Select(target => target.Real(RealPath.Physical)).Except(input.Targets))
        {
            followed[real.Path] = real.IsPattern;
        }
        if (followed.Count == 0)
        {
            return sent;
        }
        var body = JsonNode.Parse(sent)!.AsObject();
        body[HookInput.FollowedLinks] = followed;
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    /// <summary>
    /// The folder of the session: where its client was started, though the agent may have gone elsewhere since, for it stays the same agent;
    /// but a worktree of the same repository that it has gone to.
    /// </summary>
    private static string Folder()
    {
        var here = Libc.CurrentDirectory();
        var started = Settings.Value("CLAUDE_PROJECT_DIR") ?? Settings.Value("GEMINI_PROJECT_DIR") ?? Settings.Value("CURSOR_PROJECT_DIR");
        return started is null || !Directory.Exists(started) || IsSameRepository(here, started) ? here : started;
    }

    private static bool IsSameRepository(string here, string started) =>
        Workspace.Discover(here).Try(out var a, out _) && Workspace.Discover(started).Try(out var b, out _) && a.CommonDir == b.CommonDir;
}
