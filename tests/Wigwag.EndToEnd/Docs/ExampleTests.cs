using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.EndToEnd.Docs;

/// <summary>The example that <c>--help</c> shows for each operation is one that works.</summary>
public sealed class ExampleTests
{
    /// <summary>What was done before, for the examples that need it.</summary>
    internal static readonly Dictionary<string, string> Before = new()
    {
        // What was taken needs no acknowledgement any more.
        ["acknowledge_message"] = "cd ../../main/beads; wigwag send dave/vc 'Parser crash' --category HANDOFF --next-owner dave/vc",
        ["renew"] = "wigwag reserve 'src/parser/**'",
        ["transfer_lease"] = "wigwag release --quiet; wigwag agent register ui/vc --guest; wigwag reserve 'src/parser/**' --as ui/vc",
        ["force_release"] = "wigwag reserve lib/lexer.js",
    };

    /// <summary>Examples that name what no page can know.</summary>
    internal static readonly HashSet<string> NeedMore = ["check_lease"];

    [Fact]
    public async Task The_examples_of_help_run_as_they_are_shown()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await Begin(cancel);
        foreach (var operation in Catalog.Operations.Where(operation => !NeedMore.Contains(operation.Name)))
        {
            if (Before.TryGetValue(operation.Name, out var before))
            {
                await reader.Paste(before, cancel);
            }
            var example = Here(operation);
            // An answer that is not what was hoped for is one that works, too.
            await reader.Paste(operation.CanBe is var (outcome, _) ? $"{example} || [ $? = {ExitCode.Of(outcome.Text())} ]" : example, cancel);
        }
    }

    /// <summary>A reader in whose clones everything is that the examples name.</summary>
    internal static async Task<Reader> Begin(CancellationToken cancel)
    {
        var reader = await Reader.Start(cancel);
        await reader.Paste("wigwag status", cancel);
        await reader.Paste(new Block("echo 'at Parser.Read' > trace.txt; wigwag send vc 'Parser crash' --body 'See the trace.' --attach trace.txt", "main/beads", ""), cancel);
        await reader.Paste("wigwag issue create 'The parser crashes' --project beads; wigwag key create laptop --role reader", cancel);
        return reader;
    }

    internal static string Here(Operation operation)
    {
        var example = operation.Example.Replace("github.com/steveyegge/", "git.example.org/demo/", StringComparison.Ordinal);
        return operation.Name switch
        {
            // Another sample stands for another message.
            "acknowledge_message" => example.Replace("m-4", "m-5", StringComparison.Ordinal),
            "transfer_lease" => $"WIGWAG_AGENT=ui/vc {example}",
            _ => example,
        };
    }
}
