using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Program.Local;
using Wigwag.Program.Views;

namespace Wigwag.Program.Demo;

/// <summary>
/// The main job, played with real agents' means: <c>dave/vc</c> on the command line, <c>main/beads</c> on MCP over HTTP, two
/// repositories, a crash, and a <c>kill -9</c> in the middle.
/// </summary>
internal sealed class Play(DemoWorld world, Narrator narrator)
{
    private readonly CliAgent _dave = new(world, "dave/vc", narrator);
    private readonly CliAgent _shell = new(world, "main/beads", narrator);

    /// <summary>Plays everything; 0 when the job was done.</summary>
    public static async Task<int> Run(CancellationToken cancel)
    {
        var narrator = new Narrator(new Terminal(noColor: false, isForPerson: true));
        var root = Directory.CreateTempSubdirectory("wigwag-demo-").FullName;
        try
        {
            await new Play(new(root), narrator).Run(root, cancel);
            return 0;
        }
        catch (DemoException e)
        {
            await Console.Error.WriteLineAsync($"wigwag: the demo broke off: {e.Message}");
            return 1;
        }
    }

    private async Task Run(string root, CancellationToken cancel)
    {
        narrator.Scene("Two repositories, two clones each");
        await world.Make(cancel);
        narrator.Told($"{root}: dave/vc  dave/beads  main/vc  main/beads");

        narrator.Scene("dave/vc meets a crash in beads and sends it there");
        var trace = await Crash(cancel);
        var sent = await _dave.Say(trace, ["send", "beads", "Parser crash on a blank line", "--category", "REQUEST", "--body", "-", "--attach", "fixtures/blank-line.jsonl"]);
        var (message, issue, thread) = (Text(sent, "message_id"), Text(sent, "issue_id"), Text(sent, "thread_id"));
        narrator.Told($"message {message} opened issue {issue} in beads; nobody there is online");
        using var waiting = _dave.Start("wait", "--timeout", "300");

        narrator.Scene("main/beads starts later, finds it in its inbox and takes it");
        await using var beads = await StartBeads(cancel);
        var inbox = await beads.Call("check_inbox", new() { ["unread"] = true }, cancel);
        narrator.Told(string.Join('\n', inbox.GetProperty("messages").EnumerateArray().Select(m => $"{Text(m, "message_id")}  {Text(m, "category")}  {Text(m, "subject")}")));
        await beads.Call("take_message", new() { ["message_id"] = message }, cancel);
        await beads.Call("get_attachment", new() { ["message_id"] = message, ["name"] = "blank-line.jsonl" }, cancel);

        narrator.Scene("main/beads asks back while both are online");
        await beads.Call("reply_to_message", new() { ["message_id"] = message, ["body"] = "Only a blank line at the end, or anywhere?" }, cancel);
        narrator.Told("dave/vc, waiting, hears: " + Subjects(await Heard(waiting, cancel)));
        var question = (await _dave.Say("inbox", "--unread")).GetProperty("messages")[0];
        await _dave.Say("reply", Text(question, "message_id"), "--body", "Anywhere, and every file that ends in a newline has one.");
        var answer = await beads.Call("wait_for_messages", new() { ["after"] = Text(inbox, "after"), ["timeout"] = 30 }, cancel);
        narrator.Told("main/beads hears: " + Subjects(answer));

        narrator.Scene("dave/vc is killed; main/beads fixes the bug and closes the issue");
        using (var doomed = _dave.Start("wait", "--timeout", "300"))
        {
            doomed.Kill(entireProcessTree: true);
            await doomed.WaitForExitAsync(cancel);
        }
        narrator.Told("kill -9");
        await File.WriteAllTextAsync(Path.Combine(world.Clone("main/beads"), "lib/parser.js"), DemoWorld.FixedParser, cancel);
        var commit = await world.Commit("main/beads", "parser: blank lines say nothing", cancel);
        await world.Git("main/beads", cancel, "push", "--quiet", "local", "main");
        await beads.Call("close_issue", new() { ["issue_id"] = issue, ["reason"] = $"Fixed in {commit}: blank lines are passed over. Pull and try again." }, cancel);

        narrator.Scene("dave/vc starts again, is told, and verifies");
        var news = (await _dave.Say("inbox", "--unread")).GetProperty("messages")[0];
        narrator.Told($"{Text(news, "message_id")}  {Text(news, "subject")}");
        await world.Git("dave/beads", cancel, "pull", "--quiet", "local", "main");
        var verified = await Vc(cancel);
        if (verified.ExitCode != 0)
        {
            throw new DemoException($"the fix does not work: {verified.Error}");
        }
        narrator.Told(verified.Output);
        await _dave.Say("ack", Text(news, "message_id"));
        await _dave.Say("issue", "comment", issue, "Verified in vc: two issues read, no crash.");

        narrator.Scene("The conversation, as anybody may read it");
        narrator.Answer("get_thread", (await _dave.Say("thread", thread)).GetRawText());
        TellWhatNext(issue);
    }

    private async Task<string> Crash(CancellationToken cancel)
    {
        var run = await Vc(cancel);
        if (run.ExitCode == 0)
        {
            throw new DemoException("vc did not crash.");
        }
        var trace = run.Error.Replace(world.Root + "/", "", StringComparison.Ordinal);
        narrator.Told(string.Join('\n', trace.Split('\n').Where(line => line.Length > 0).Take(7)));
        return $"`node bin/vc.js fixtures/blank-line.jsonl` crashes in beads' parser. The repro is attached.\n\n```\n{trace.Trim()}\n```\n";
    }

    private async Task<Finished> Vc(CancellationToken cancel)
    {
        narrator.Command("dave/vc", "node bin/vc.js fixtures/blank-line.jsonl");
        return await Child.Run("node", ["bin/vc.js", "fixtures/blank-line.jsonl"], world.Clone("dave/vc"), cancel: cancel);
    }

    /// <summary>The key that a person gives an agent's MCP client, and the client.</summary>
    private async Task<McpAgent> StartBeads(CancellationToken cancel)
    {
        await _shell.Say("agent", "register", "--program", "claude-code");
        var key = Text(await _shell.Say("key", "create", "main/beads over MCP", "--role", "agent", "--agent", "main/beads"), "token");
        return await McpAgent.Connect(Server(), key, "main/beads", narrator, cancel);
    }

    private Uri Server() => ServerRecord.Read(new Home(world.Home).ServerFile)?.Url is { } address
        ? new Uri(address)
        : throw new DemoException("the server does not say where it listens.");

    private static async Task<JsonElement> Heard(Process waiting, CancellationToken cancel)
    {
        var output = await waiting.StandardOutput.ReadToEndAsync(cancel);
        await waiting.WaitForExitAsync(cancel);
        return JsonDocument.Parse(output).RootElement;
    }

    private void TellWhatNext(string issue)
    {
        narrator.Scene("Your turn");
        narrator.Plain(
            $"""
            The server listens on {Server().ToString().TrimEnd('/')} (HTTP, MCP at /mcp) and stops by itself when idle. Try:

              cd {world.Clone("main/vc")}
              export WIGWAG_HOME={world.Home}
              alias wigwag={Settings.Value("WIGWAG_SCRIPT") ?? Environment.ProcessPath}
              wigwag status
              wigwag issue show {issue}
              wigwag send beads "Another one" --body "Hello"
              wigwag search parser
              wigwag stop

            Everything lives in {world.Root}; delete it when you are done.
            """);
    }

    private static string Subjects(JsonElement answer) =>
        string.Join(", ", answer.GetProperty("messages").EnumerateArray().Select(m => $"“{Text(m, "subject")}”"));

    private static string Text(JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.GetString() is { } text
            ? text
            : throw new DemoException($"an answer lacks '{property}': {element}");
}
