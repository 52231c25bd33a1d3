using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Hooks;

/// <summary>
/// <c>wigwag hook</c>: what an agent's client calls. It passes what the client sent to the server and the answer back, and breaks no
/// session: when anything is wrong it says so in one line, prints no answer and exits 0.
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
        try
        {
            line.Require();
            Answer(line);
        }
        catch (Exception e) when (e is UnreachableException or Refusal or IOException or UnauthorizedAccessException)
        {
            var why = e is Refusal refusal ? $"{refusal.Error.Message} {refusal.Error.Next}".TrimEnd() : e.Message;
            Terminal.Complain($"wigwag: the hook did nothing: {Value.OneLine(why)}");
        }
        return ExitCode.Ok;
    }

    private static void Answer(CommandLine line)
    {
        var sent = Libc.ReadStandardInput(RequestLimits.HookBytes + 1);
        if (sent.Length > RequestLimits.HookBytes)
        {
            throw new Refusal(Error.TooLarge("body_too_large", $"The client sent more than {RequestLimits.HookBytes >> 20} MiB.", "Nothing was checked."));
        }
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
            Body = sent,
            Patience = Patience,
        });
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, route.Server.Name));
        }
        if (!line.IsQuiet)
        {
            Terminal.Print([.. reply.Body, (byte)'\n']);
        }
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
