using Wigwag.Core.Operations;
using Wigwag.EndToEnd.Docs;
using Wigwag.Program.Cli;

namespace Wigwag.EndToEnd.Cli;

/// <summary>What cannot be written to standard output is an error, on every command; that nobody reads it any more is none.</summary>
public sealed class OutputTests
{
    // A file that an example names need not be there.
    private const string Note = "wigwag: note: ";

    private const string Complaint = "Standard output cannot be written: No space left on device.";

    private const string Initialize =
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";

    /// <summary>The program's own commands, as they print something.</summary>
    private static readonly (string Command, string Line)[] Own =
    [
        ("doctor", "wigwag doctor"),
        ("init", "wigwag init --yes --client claude-code"),
        ("init", "wigwag init --yes --client claude-code --undo --json"),
        ("guard install", "wigwag guard install"),
        ("guard uninstall", "wigwag guard uninstall"),
        ("hook", """echo '{"session_id":"s1","cwd":"'$PWD'"}' | wigwag hook claude-code SessionStart"""),
        ("mcp", $"echo '{Initialize}' | wigwag mcp"),
        ("trust", "wigwag trust http://127.0.0.1:1"),
        ("outbox", "wigwag outbox --json"),
        ("outbox show", "wigwag outbox show 1"),
        ("outbox send", "wigwag outbox send"),
        ("outbox drop", "wigwag outbox drop 1"),
        ("completion", "wigwag completion bash"),
        ("version", "wigwag version"),
        ("version", "wigwag --version --json"),
        ("complete", "wigwag complete -- iss"),
        ("backup", "wigwag backup all.tar"),
        ("stop", "wigwag stop"),
        ("restore", "wigwag restore all.tar"),
        ("recover", "wigwag recover"),
        ("demo", "wigwag demo"),
    ];

    /// <summary>Those that have nothing for standard output, and one that needs a database to move to.</summary>
    private static readonly string[] Silent = ["serve", "guard run", "write-index", "migrate"];

    [Fact]
    public void Every_command_of_the_program_is_tried() =>
        Assert.Equal(ProgramCommands.All.Select(command => command.Words).Order(StringComparer.Ordinal), Own.Select(own => own.Command).Distinct().Concat(Silent).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Every_operation_fails_when_its_answer_cannot_be_written()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await ExampleTests.Begin(cancel);
        foreach (var operation in Catalog.Operations.Where(operation => !ExampleTests.NeedMore.Contains(operation.Name)))
        {
            if (ExampleTests.Before.TryGetValue(operation.Name, out var before))
            {
                await reader.Paste(before, cancel);
            }
            var line = ExampleTests.Here(operation);
            if (operation.Effect != Effect.Query)
            {
                // What concerns nothing prints nothing.
                await Fails(reader, operation.Name == "note_delivery" ? $"{line} --json" : line, cancel);
                continue;
            }
            await Fails(reader, $"{line} --json", cancel);
            // A list of nothing prints nothing.
            if ((await reader.Run(line, cancel)).Output.Length > 0)
            {
                await Fails(reader, line, cancel);
            }
        }
    }

    [Fact]
    public async Task Every_command_of_the_program_fails_when_what_it_says_cannot_be_written()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await ExampleTests.Begin(cancel);
        await reader.Paste("WIGWAG_URL=http://127.0.0.1:9 wigwag send beads Later --best-effort", cancel);
        foreach (var (_, line) in Own)
        {
            await Fails(reader, line, cancel, isDone: false);
        }
        await reader.Paste("wigwag send beads Hello --quiet", cancel);
        await Fails(reader, "WIGWAG_AGENT=main/beads wigwag wait --follow --all --unread --timeout 20", cancel, isDone: false);
        foreach (var line in new[] { "wigwag --help", "wigwag issue --help", "wigwag send --help", "wigwag serve --help" })
        {
            await Fails(reader, line, cancel, isDone: false);
        }
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_no_error()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await ExampleTests.Begin(cancel);
        var queries = Catalog.Operations.Where(operation => operation.Effect == Effect.Query && !ExampleTests.NeedMore.Contains(operation.Name)).ToList();
        foreach (var line in queries.Select(ExampleTests.Here).Concat(["wigwag --help", "wigwag doctor", "wigwag version", "wigwag outbox", "wigwag completion bash", "wigwag issue create Gone"]))
        {
            var ran = await reader.RunUnread(line, cancel);
            var isQuiet = ran.Error.Split('\n').All(said => said.Length == 0 || said.StartsWith(Note, StringComparison.Ordinal));
            Assert.True(ran.ExitCode is 0 or ExitCode.No && isQuiet, $"{line}: {ran.ExitCode} {ran.Error}");
        }
        // Who follows ends with its reader, and notes nothing as delivered that nobody has read.
        await reader.Paste("wigwag send beads Hello --quiet", cancel);
        var followed = await reader.RunUnread("WIGWAG_AGENT=main/beads wigwag wait --follow --all --unread", cancel);
        Assert.Equal((0, ""), (followed.ExitCode, followed.Error));
    }

    private static async Task Fails(Reader reader, string line, CancellationToken cancel, bool isDone = true)
    {
        var ran = await reader.Run($"{line} > /dev/full", cancel);
        Assert.True(ran.ExitCode == 1 && ran.Error.Contains(Complaint, StringComparison.Ordinal), $"{line}: {ran.ExitCode} {ran.Error}");
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        var said = ran.Error.TrimEnd().Split('\n').Where(each => !each.StartsWith(Note, StringComparison.Ordinal));
        Assert.True(!isDone || said.Count() == 1, ran.Error);
    }
}
