using System.Text.RegularExpressions;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Demo;

/// <summary>The first command that a new user runs.</summary>
public sealed partial class DemoTests : IDisposable
{
    private readonly Town _town = new();

    public DemoTests() => _town.Environment["TMPDIR"] = _town.Folder;

    public void Dispose() => _town.Dispose();

    [Fact]
    public void It_plays_the_whole_job_and_leaves_a_server_to_try_things_on()
    {
        var told = _town.Wigwag("demo").Fine().Output;
        try
        {
            var issue = OpenedIssue().Match(told).Groups["issue"].Value;
            string[] inOrder =
            [
                "Unexpected end of JSON input", // the crash
                $"opened issue {issue} in beads",
                "main/beads  → take_message",
                "dave/vc, waiting, hears: “Re: Parser crash on a blank line”", // asked back, and heard at once
                "main/beads hears: “Re: Parser crash on a blank line”",
                "kill -9",
                "main/beads  → close_issue",
                "Closed: Parser crash on a blank line", // dave, started again, is told
                "2 issues", // and verifies
                "attached: blank-line.jsonl", // the conversation
                "Fixed in ",
                "Verified in vc",
                "The server listens on http://127.0.0.1:",
            ];
            var at = 0;
            foreach (var text in inOrder)
            {
                var found = told.IndexOf(text, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"“{text}” is missing after:\n{told[..at]}\n--- in:\n{told[at..]}");
                at = found + text.Length;
            }
            Assert.Equal("closed", InDemo(told, "issue", "show", issue, "--json").Fine().Json.GetProperty("status").GetString());
        }
        finally
        {
            InDemo(told, "stop").Fine();
        }
    }

    // What the demo's last words tell a person to type.
    private Ran InDemo(string told, params string[] arguments)
    {
        _town.Environment["WIGWAG_HOME"] = Export().Match(told).Groups["home"].Value;
        return _town.WigwagIn(ChangeFolder().Match(told).Groups["folder"].Value, arguments);
    }

    [GeneratedRegex(@"opened issue (?<issue>beads-\w+)")]
    private static partial Regex OpenedIssue();

    [GeneratedRegex(@"export WIGWAG_HOME=(?<home>\S+)")]
    private static partial Regex Export();

    [GeneratedRegex(@"^  cd (?<folder>\S+)", RegexOptions.Multiline)]
    private static partial Regex ChangeFolder();
}
