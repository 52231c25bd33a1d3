using System.Text.Json;

namespace Wigwag.EndToEnd.Cli;

public sealed class CommandTests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _vc;
    private readonly string _beads;

    public CommandTests()
    {
        _vc = _town.Clone("dave/vc", "git@github.com:steveyegge/vc.git");
        _beads = _town.Clone("beads", "https://github.com/steveyegge/beads");
    }

    [Fact]
    public void A_workspace_speaks_as_its_agent_without_being_told()
    {
        var status = _town.WigwagIn(_vc, "status", "--json").Fine().Json;
        Assert.Equal("dave/vc", status.GetProperty("agent").GetString());
        Assert.Equal("github.com/steveyegge/vc", status.GetProperty("project").GetString());
        Assert.Equal("main/beads", _town.WigwagIn(_beads, "status", "--json").Fine().Json.GetProperty("agent").GetString());
    }

    [Fact]
    public void A_bug_goes_from_one_clone_to_another_and_back()
    {
        _town.WigwagIn(_beads, "status").Fine();
        var trace = Path.Combine(_town.Folder, "trace.txt");
        File.WriteAllText(trace, "at Parser.Read");
        var sent = _town.WigwagIn(_vc, "send", "beads", "Crash on an empty file", "--body", "It crashes.", "--category", "blocked",
            "--action", "Fix it", "--urgency", "high", "--attach", trace, "--json").Fine().Json;
        var message = sent.GetProperty("message_id").GetString()!;
        Assert.Equal("BLOCKED", sent.GetProperty("category").GetString());

        var inbox = _town.WigwagIn(_beads, "inbox", "--json").Fine().Json;
        Assert.Equal(message, inbox.GetProperty("messages")[0].GetProperty("message_id").GetString());
        _town.WigwagIn(_beads, "take", message).Fine();
        Assert.Equal("at Parser.Read", _town.WigwagIn(_beads, "attachment", message, "trace.txt").Fine().Output);

        using var reply = _town.StartIn(_beads, "reply", message, "--body", "-", "--json");
        var question = Town.End(reply, "Which version?\nAnd where?").Fine().Json;
        Assert.Equal("Which version?\nAnd where?", question.GetProperty("body").GetString());
        var thread = _town.WigwagIn(_vc, "thread", sent.GetProperty("thread_id").GetString()!, "--json").Fine().Json;
        Assert.Equal(2, thread.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public void A_lease_within_an_answer_is_shown_by_its_id() =>
        Assert.Matches("(?m)^lease: s-[0-9a-z]{10}$", _town.WigwagIn(_vc, "slot", "acquire", "build").Fine().Output);

    [Fact]
    public void A_terminal_of_80_columns_shows_who_got_a_message_and_what_became_of_it_whole()
    {
        _town.WigwagIn(_beads, "status", "--as", "refactor-parser/beads").Fine();
        _town.WigwagIn(_vc, "send", "refactor-parser/beads", "The parser crashes on an empty file when there is no header", "--body", "As said.").Fine();
        // A terminal of its own: script gives the program one.
        var shown = _town.Run("script", _vc, "-qec", $"stty cols 80; '{Town.Program}' --no-color sent", "/dev/null").Fine().Output;
        Assert.Contains("refactor-parser/beads stored  \"The p", shown, StringComparison.Ordinal);
        Assert.All(shown.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, 80));
    }

    [Fact]
    public void A_wait_ends_when_something_arrives()
    {
        _town.WigwagIn(_beads, "status").Fine();
        using var waiting = _town.StartIn(_beads, "wait", "--json");
        _town.WigwagIn(_vc, "send", "beads", "Here it is").Fine();
        Assert.Contains("Here it is", Town.End(waiting).Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agent_that_the_environment_names_comes_into_being_by_speaking()
    {
        _town.Environment["WIGWAG_AGENT"] = "ui/vc";
        Assert.Equal("ui/vc", _town.WigwagIn(_vc, "status", "--json").Fine().Json.GetProperty("agent").GetString());
        _town.Environment.Remove("WIGWAG_AGENT");
        Assert.Equal("ui/vc", _town.WigwagIn(_vc, "--as", "ui/vc", "status", "--json").Fine().Json.GetProperty("agent").GetString());
    }

    [Theory]
    [InlineData(2, "usage", "send")]
    [InlineData(2, "usage", "sned", "beads", "x")]
    [InlineData(2, "usage", "issue", "list", "--nonsense")]
    [InlineData(2, "usage", "send", "beads", "x", "--category", "SHOUT")]
    [InlineData(3, null, "show", "m-0000000000")]
    [InlineData(3, null, "send", "nobody", "Hello")]
    public void Each_kind_of_error_has_its_exit_code_and_says_what_to_do(int exitCode, string? code, params string[] arguments)
    {
        var ran = _town.WigwagIn(_vc, [.. arguments, "--json"]);
        Assert.Equal(exitCode, ran.ExitCode);
        Assert.Empty(ran.Output);
        var error = JsonDocument.Parse(ran.Complaint).RootElement;
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("next").GetString()!);
        Assert.Equal(code ?? error.GetProperty("code").GetString(), error.GetProperty("code").GetString());

        var plain = _town.WigwagIn(_vc, arguments);
        Assert.Equal(exitCode, plain.ExitCode);
        Assert.StartsWith("wigwag: ", plain.Complaint, StringComparison.Ordinal);
        Assert.Single(plain.Complaint.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void A_mistyped_command_is_told_the_near_ones() =>
        Assert.Contains("Did you mean send", _town.Wigwag("sned").Complaint, StringComparison.Ordinal);

    [Fact]
    public void Quiet_prints_nothing_and_a_pipe_gets_no_colour()
    {
        Assert.Empty(_town.WigwagIn(_vc, "issue", "create", "A bug", "--quiet").Fine().Output);
        Assert.DoesNotContain('\e', _town.WigwagIn(_vc, "issue", "list").Fine().Output);
    }

    [Fact]
    public void Two_commands_that_share_a_file_append_to_it()
    {
        var file = Path.Combine(_town.Folder, "out");
        _town.Run("/bin/bash", _vc, "-c", $"('{Town.Program}' version; '{Town.Program}' version) > '{file}'").Fine();
        Assert.Equal(2, File.ReadAllLines(file).Length);
    }

    [Fact]
    public void A_command_repeated_with_its_key_does_nothing_twice()
    {
        var first = _town.WigwagIn(_vc, "issue", "create", "Once", "--idempotency-key", "k1", "--json").Fine().Output;
        Assert.Equal(first, _town.WigwagIn(_vc, "issue", "create", "Once", "--idempotency-key", "k1", "--json").Fine().Output);
        Assert.Equal(4, _town.WigwagIn(_vc, "issue", "create", "Twice", "--idempotency-key", "k1").ExitCode);
    }

    [Fact]
    public void A_backup_is_written_under_a_running_server_and_restored_when_it_stopped()
    {
        _town.WigwagIn(_vc, "issue", "create", "Kept").Fine();
        var backup = Path.Combine(_town.Folder, "backup.tar");
        _town.Wigwag("backup", backup).Fine();
        _town.WigwagIn(_vc, "issue", "create", "Lost").Fine();
        Assert.Equal(4, _town.Wigwag("restore", backup).ExitCode);
        _town.Wigwag("stop").Fine();
        _town.Wigwag("restore", backup).Fine();
        var issues = _town.WigwagIn(_vc, "issue", "list").Fine().Output;
        Assert.Contains("Kept", issues, StringComparison.Ordinal);
        Assert.DoesNotContain("Lost", issues, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_names_what_is_wrong_and_mends_permissions()
    {
        _town.WigwagIn(_vc, "status").Fine();
        Assert.Equal(0, _town.WigwagIn(_vc, "doctor").ExitCode);
        var token = Path.Combine(_town.Home, "token");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var sick = _town.WigwagIn(_vc, "doctor", "--json");
        Assert.Equal(1, sick.ExitCode);
        Assert.Contains(sick.Json.GetProperty("findings").EnumerateArray(), finding =>
            finding.GetProperty("check").GetString() == "permissions" && finding.GetProperty("next").GetString()!.Contains("chmod 600", StringComparison.Ordinal));
        Assert.Equal(0, _town.WigwagIn(_vc, "doctor", "--fix").ExitCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(token));
    }

    public void Dispose() => _town.Dispose();
}
