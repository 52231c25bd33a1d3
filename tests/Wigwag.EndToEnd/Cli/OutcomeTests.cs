using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.EndToEnd.Cli;

/// <summary>An answer that scripts branch on has its exit code, whatever is printed.</summary>
public sealed class OutcomeTests : IDisposable
{
    /// <summary>Of each operation that has such an answer: what comes before it in <c>dave/vc</c>, a command that gets it, and one that does not.</summary>
    private static readonly Dictionary<string, (string Before, string Negative, string Positive)> Cases = new()
    {
        ["acquire_lock"] = ("wigwag lock acquire a.txt --as ui/vc", "wigwag lock acquire a.txt", "wigwag lock acquire b.txt"),
        ["release_lock"] = ("wigwag lock acquire a.txt", "wigwag lock release b.txt", "wigwag lock release a.txt"),
        ["check_paths"] = ("wigwag reserve 'src/**' --as ui/vc", "wigwag check src/a.txt b.txt", "wigwag check b.txt"),
        ["reserve"] = ("wigwag reserve a.txt --as ui/vc", "wigwag reserve a.txt b.txt --partial", "wigwag reserve b.txt"),
        ["renew"] = ("wigwag reserve a.txt", "wigwag renew a.txt b.txt", "wigwag renew a.txt"),
        ["show_presence"] = ("wigwag project register github.com/acme/empty", "wigwag agent online github.com/acme/empty", "wigwag agent online"),
        ["wait_for_messages"] = ("wigwag send dave/vc Hello --as ui/vc", "wigwag wait --timeout 0", "wigwag wait --timeout 0 --unread"),
    };

    /// <summary>Those whose every answer is the one that was asked for: an empty list is an answer, and what is refused is an error.</summary>
    private static readonly string[] WithoutOne =
    [
        "acknowledge_message", "acquire_slot", "alias_project", "check_inbox", "check_lease", "check_locks", "claim_issue", "claim_next_issue", "close_issue", "comment_issue",
        "create_issue", "create_key", "define_slot", "depend_issue", "force_release", "get_attachment", "get_thread", "goodbye", "heartbeat", "list_agents",
        "list_issues", "list_keys", "list_leases", "list_projects", "list_ready_issues", "list_sent", "list_slots", "note_delivery", "read_message", "register_agent",
        "register_project", "release", "release_slot", "rename_project", "reopen_issue", "reply_to_message", "revoke_key", "search_messages", "send_message", "set_project_policy",
        "set_wake_policy", "show_agent", "show_issue", "show_message", "show_project", "show_status", "show_wake_policy", "take_message", "tell_news", "transfer_lease",
        "unclaim_issue", "undepend_issue", "update_agent", "update_issue",
    ];

    private readonly Town _town = new();
    private readonly string _vc;

    public OutcomeTests() => _vc = _town.Clone("dave/vc", "git@github.com:acme/vc.git");

    public static TheoryData<string> Declared => [.. Catalog.Operations.Where(operation => operation.CanBe is not null).Select(operation => operation.Name)];

    [Fact]
    public void Each_operation_says_which_answer_scripts_branch_on_or_is_known_to_have_none() =>
        Assert.Equal(WithoutOne, Catalog.Operations.Where(operation => operation.CanBe is null).Select(operation => operation.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Declared))]
    public void The_exit_code_tells_the_outcome_also_where_nothing_is_printed(string name)
    {
        var operation = Catalog.Operations.Single(operation => operation.Name == name);
        var (before, negative, positive) = Cases[name];
        Run("wigwag status").Fine();
        Run("wigwag status --as ui/vc").Fine();
        Run(before).Fine();
        var expected = ExitCode.Of(operation.CanBe!.Value.Outcome.Text());
        Assert.NotEqual(0, expected);
        foreach (var form in new[] { "", " --json", " --quiet" })
        {
            var ran = Run(negative + form);
            Assert.True(ran.ExitCode == expected, $"{negative}{form}: {ran.ExitCode} {ran.Complaint}");
            // It is an answer: what there is to tell is on standard output, and nobody complains.
            Assert.DoesNotContain(ran.Complaint.Split('\n'), said => said.Length > 0 && !said.StartsWith("wigwag: note: ", StringComparison.Ordinal));
            Assert.True(form == " --json" ? ran.Json.ValueKind == System.Text.Json.JsonValueKind.Object : form.Length == 0 || ran.Output.Length == 0, ran.Output);
        }
        Run(positive).Fine();
    }

    [Fact]
    public void Following_tells_by_its_exit_code_whether_anything_came()
    {
        Run("wigwag status").Fine();
        Assert.Equal(ExitCode.No, Run("wigwag wait --follow --timeout 1").ExitCode);
        Run("wigwag send dave/vc Hello --as ui/vc").Fine();
        Run("wigwag wait --follow --unread --all --timeout 1").Fine();
    }

    [Fact]
    public void Help_and_the_page_of_the_command_line_name_the_codes()
    {
        foreach (var operation in Catalog.Operations.Where(operation => operation.CanBe is not null))
        {
            var (outcome, when) = operation.CanBe!.Value;
            Assert.Contains($"{ExitCode.Of(outcome.Text())} when {when}.", _town.Wigwag([.. CatalogCommands.Derive(operation).Words.Split(' '), "--help"]).Fine().Output, StringComparison.Ordinal);
        }
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "cli.md"));
        Assert.All(Catalog.Operations.Where(operation => operation.CanBe is not null), operation =>
            Assert.Contains($"| `{CatalogCommands.Derive(operation).Words}` | {ExitCode.Of(operation.CanBe!.Value.Outcome.Text())} | {operation.CanBe!.Value.When} |", page, StringComparison.Ordinal));
    }

    public void Dispose() => _town.Dispose();

    private Ran Run(string line) => _town.Run("/bin/bash", _vc, "-c", $"wigwag() {{ '{Town.Program}' \"$@\"; }}; {line}");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Wigwag.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return folder;
    }
}
