using System.Diagnostics;
using System.Text.Json;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Init;

/// <summary><c>wigwag init</c>, <c>doctor</c> and <c>hook</c> as people and clients run them.</summary>
public sealed class InitTests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _vc;

    public InitTests()
    {
        _town.Environment["PATH"] = $"{Path.GetDirectoryName(Town.Program)}:{Environment.GetEnvironmentVariable("PATH")}";
        _vc = _town.Clone("dave/vc", "git@github.com:steveyegge/vc.git");
    }

    private string At(string path) => Path.Combine(_vc, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    private Dictionary<string, string> Snapshot() => Directory.EnumerateFiles(_vc, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".sample", StringComparison.Ordinal) && file != At(".git/wigwag/workspace"))
        .ToDictionary(file => Path.GetRelativePath(_vc, file), file => Convert.ToHexString(File.ReadAllBytes(file)) + File.GetUnixFileMode(file));

    // But for what the clone is recognized by, which is not init's and stays.
    private void AssertNothingIsLeftInGit() =>
        Assert.Equal([At(".git/wigwag/workspace")], Directory.EnumerateFileSystemEntries(At(".git/wigwag")));

    private Ran Hook(string client, string name, string sent)
    {
        using var hook = _town.StartIn(_vc, "hook", client, name);
        return Town.End(hook, sent);
    }

    [Fact]
    public void Init_sets_up_every_client_and_undo_leaves_the_working_copy_as_it_was()
    {
        Write(".claude/settings.json", "{\n  // mine\n  \"permissions\": { \"allow\": [\"Bash(ls)\"] },\n}\n");
        Write(".codex/config.toml", "model = \"o5\" # mine\n");
        Write(".gemini/settings.json", "{\"theme\":\"dark\"}");
        Write(".cursor/mcp.json", "{ \"mcpServers\": { \"docs\": { \"command\": \"docs\" } } }\n");
        Write(".git/hooks/pre-commit", "#!/bin/sh\necho mine\n");
        var before = Snapshot();

        _town.WigwagIn(_vc, "init", "--yes").Fine();
        foreach (var file in new[] { ".claude/settings.json", ".mcp.json", ".codex/config.toml", ".codex/hooks.json", ".gemini/settings.json", ".cursor/hooks.json", ".cursor/mcp.json", ".git/hooks/pre-commit", ".git/hooks/pre-push" })
        {
            Assert.Contains("wigwag", File.ReadAllText(At(file)), StringComparison.Ordinal);
        }
        var first = Snapshot();
        Assert.Contains("already", _town.WigwagIn(_vc, "init", "--yes").Fine().Output, StringComparison.Ordinal);
        Assert.Equal(first, Snapshot());
        // It names the program as every machine finds it, and no secret.
        Assert.DoesNotContain(Path.GetDirectoryName(Town.Program)!, File.ReadAllText(At(".claude/settings.json")), StringComparison.Ordinal);
        var token = File.ReadAllText(Path.Combine(_town.Home, "token")).Trim();
        Assert.All(first.Keys, file => Assert.DoesNotContain(token, File.ReadAllText(At(file)), StringComparison.Ordinal));

        _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine();
        Assert.Equal(before, Snapshot());
        AssertNothingIsLeftInGit();
    }

    [Fact]
    public void Without_a_terminal_and_without_yes_it_shows_the_difference_and_writes_nothing()
    {
        Write(".claude/settings.json", "{}\n");
        var before = Snapshot();
        var shown = _town.WigwagIn(_vc, "init", "--client", "claude-code");
        Assert.Equal(10, shown.ExitCode);
        Assert.Contains("+++ b/.claude/settings.json", shown.Output, StringComparison.Ordinal);
        Assert.Contains("+++ b/.mcp.json", shown.Output, StringComparison.Ordinal);
        Assert.Contains("--yes", shown.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
        // What it shows is a patch: applied with git, it does the same.
        File.WriteAllText(At("init.patch"), _town.WigwagIn(_vc, "init", "--client", "claude-code", "--no-guard").Output.Split("Nothing was written")[0]);
        _town.Run("git", _vc, "apply", "init.patch").Fine();
        Assert.Contains("already", _town.WigwagIn(_vc, "init", "--client", "claude-code", "--no-guard").Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_understood_is_left_alone_and_the_others_are_set_up()
    {
        Write(".claude/settings.json", "{ \"hooks\": ");
        var ran = _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code");
        Assert.Equal(4, ran.ExitCode);
        Assert.Contains(".claude/settings.json", ran.Complaint, StringComparison.Ordinal);
        Assert.Equal("{ \"hooks\": ", File.ReadAllText(At(".claude/settings.json")));
        Assert.True(File.Exists(At(".mcp.json")));
    }

    [Fact]
    public void Entries_that_the_user_made_for_Wigwag_stay_theirs()
    {
        Write(".mcp.json", "{\n\t\"mcpServers\": { \"wigwag\": { \"command\": \"wigwag\", \"args\": [\"mcp\", \"--toolsets\", \"all\"] } }\n}");
        Write(".gemini/settings.json", "{ \"mcpServers\": { \"wigwag\": { \"command\": \"wigwag\", \"args\": [\"mcp\"], \"timeout\": 5 } } }\r\n");
        Write(".cursor/mcp.json", "// mine\n{ \"mcpServers\": { \"wigwag\": { \"url\": \"https://wigwag.example.org/mcp\" } } }\n");
        Write(".codex/config.toml", "[mcp_servers.wigwag]\ncommand = \"wigwag\"\nargs = [\"mcp\"]\n\n[mcp_servers.wigwag.env]\nWIGWAG_AGENT = \"ui/vc\"\n");
        Write(".claude/settings.json", "{ \"hooks\": { \"Stop\": [{ \"hooks\": [{ \"type\": \"command\", \"command\": \"nice wigwag hook claude-code Stop\" }] }] } }");
        var before = Snapshot();
        _town.WigwagIn(_vc, "init", "--yes").Fine();
        var after = Snapshot();
        Assert.All([".mcp.json", ".cursor/mcp.json", ".codex/config.toml"], file => Assert.Equal(before[file], after[file]));
        Assert.Contains("nice wigwag hook", File.ReadAllText(At(".claude/settings.json")), StringComparison.Ordinal);
        Assert.DoesNotContain(Findings(), finding => finding.Health != "ok");
        _town.WigwagIn(_vc, "init", "--yes").Fine();
        _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine();
        Assert.Equal(before, Snapshot());
        // Nobody put them in here: to take them out, the client is to be named.
        _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine();
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public void Entries_that_a_colleague_committed_are_not_taken_out_by_who_did_not_put_them_in()
    {
        _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code", "--no-guard").Fine();
        Directory.Delete(At(".git/wigwag"), recursive: true);
        var committed = Snapshot();
        Assert.Contains("did not put in here", _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine().Complaint, StringComparison.Ordinal);
        Assert.Equal(committed, Snapshot());
        _town.WigwagIn(_vc, "init", "--yes", "--no-guard", "--client", "claude-code").Fine();
        _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine();
        Assert.Equal(committed, Snapshot());
        _town.WigwagIn(_vc, "init", "--undo", "--yes", "--client", "claude-code").Fine();
        Assert.False(File.ReadAllText(At(".mcp.json")).Contains("wigwag", StringComparison.Ordinal));
    }

    [Fact]
    public void A_broken_configuration_of_Codex_is_left_alone()
    {
        Write(".codex/config.toml", "model = \"o5\nargs = [\n");
        var ran = _town.WigwagIn(_vc, "init", "--yes", "--client", "codex");
        Assert.Equal(4, ran.ExitCode);
        Assert.Contains("line 1 is not TOML", ran.Complaint, StringComparison.Ordinal);
        Assert.Equal("model = \"o5\nargs = [\n", File.ReadAllText(At(".codex/config.toml")));
    }

    [Fact]
    public void Worktrees_that_were_both_set_up_share_the_guard_until_the_last_is_done_with_it()
    {
        File.WriteAllText(At("a.txt"), "x");
        _town.Run("git", _vc, "add", "a.txt").Fine();
        _town.Run("git", _vc, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "one").Fine();
        _town.Run("git", _vc, "worktree", "add", "-q", "../wt").Fine();
        _town.Run("git", _vc, "worktree", "add", "-q", "../wt2").Fine();
        var (wt, wt2) = (At("../wt"), At("../wt2"));
        foreach (var folder in new[] { wt, wt2, _vc })
        {
            _town.WigwagIn(folder, "init", "--yes", "--client", "claude-code").Fine();
        }
        Assert.Contains("stays for 2 other worktrees", _town.WigwagIn(wt, "init", "--undo", "--yes").Fine().Output, StringComparison.Ordinal);
        Assert.Contains("already", _town.WigwagIn(wt2, "init", "--yes", "--client", "claude-code").Fine().Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(wt, ".mcp.json")));
        // It still refuses what another holds.
        _town.WigwagIn(wt2, "reserve", "b.txt", "--as", "other/vc").Fine();
        File.WriteAllText(Path.Combine(wt2, "b.txt"), "x");
        _town.Run("git", wt2, "add", "b.txt").Fine();
        Assert.NotEqual(0, _town.Run("git", wt2, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "two").ExitCode);
        // What somebody removes all the same is missed by each that asked for it, and mended.
        Directory.Delete(At(".git/hooks"), recursive: true);
        File.Delete(At(".git/wigwag/guard"));
        Assert.Contains(Findings(wt2), finding => finding is { Check: "guard", Health: "warning" } && finding.Message.Contains("no longer there", StringComparison.Ordinal));
        Assert.DoesNotContain(Findings(wt), finding => finding is { Check: "guard", Health: "warning" });
        _town.WigwagIn(wt2, "doctor", "--fix").Fine();
        Assert.DoesNotContain(Findings(wt2), finding => finding.Health != "ok");
        _town.WigwagIn(wt2, "init", "--undo", "--yes").Fine();
        Assert.True(File.Exists(At(".git/hooks/pre-commit")));
        _town.WigwagIn(_vc, "init", "--undo", "--yes").Fine();
        Assert.False(File.Exists(At(".git/hooks/pre-commit")));
        AssertNothingIsLeftInGit();
    }

    [Fact]
    public void Through_a_link_that_leads_out_of_the_repository_nothing_is_written()
    {
        var elsewhere = Path.Combine(_town.Folder, "elsewhere.json");
        File.WriteAllText(elsewhere, "{}\n");
        File.CreateSymbolicLink(At(".mcp.json"), elsewhere);
        Directory.CreateDirectory(Path.Combine(_town.Folder, "outside"));
        File.CreateSymbolicLink(At(".claude"), Path.Combine(_town.Folder, "outside"));
        Assert.Equal(4, _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code").ExitCode);
        Assert.Equal("{}\n", File.ReadAllText(elsewhere));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_town.Folder, "outside")));
    }

    [Fact]
    public void The_command_that_a_client_is_given_answers_it()
    {
        _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code").Fine();
        using var settings = JsonDocument.Parse(File.ReadAllText(At(".claude/settings.json")));
        var command = settings.RootElement.GetProperty("hooks").GetProperty("SessionStart")[0].GetProperty("hooks")[0].GetProperty("command").GetString()!;
        using var client = _town.Start("/bin/sh", _vc, "-c", command);
        var answer = Town.End(client, $$"""{"session_id":"s1","cwd":"{{_vc}}","hook_event_name":"SessionStart","source":"startup"}""").Fine();
        Assert.Contains("you are dave/vc", answer.Json.GetProperty("hookSpecificOutput").GetProperty("additionalContext").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_breaks_no_session_when_no_server_answers()
    {
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:9";
        var started = Stopwatch.GetTimestamp();
        var ran = Hook("claude-code", "PreToolUse", $$"""{"session_id":"s1","cwd":"{{_vc}}","tool_name":"Write","tool_input":{"file_path":"{{_vc}}/a"} }""");
        Assert.Equal(0, ran.ExitCode);
        // The edit goes on, and the user is told that nobody could say whether it may.
        Assert.Contains("could not check who has reserved", ran.Json.GetProperty("systemMessage").GetString(), StringComparison.Ordinal);
        Assert.Single(ran.Json.EnumerateObject());
        Assert.Single(ran.Complaint.TrimEnd('\n').Split('\n'));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
        _town.Environment.Remove("WIGWAG_URL");
        Assert.Equal(0, Hook("claude-code", "PreToolUse", "not json").ExitCode);
        Assert.Equal(0, Hook("emacs", "Nothing", "{}").ExitCode);
        using var outside = _town.StartIn(_town.Folder, "hook", "claude-code", "Stop");
        Assert.Equal((0, ""), (Town.End(outside, "{}").ExitCode, ""));
    }

    [Fact]
    public void A_session_that_goes_elsewhere_stays_the_agent_of_the_clone_it_began_in()
    {
        var beads = _town.Clone("beads", "https://github.com/steveyegge/beads");
        _town.Environment["CLAUDE_PROJECT_DIR"] = _vc;
        using var hook = _town.StartIn(beads, "hook", "claude-code", "SessionStart");
        Assert.Contains("you are dave/vc", Town.End(hook, $$"""{"session_id":"s1","cwd":"{{beads}}"}""").Fine().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_in_the_clone_of_another_project_is_checked_there()
    {
        var beads = _town.Clone("beads", "https://github.com/steveyegge/beads");
        _town.WigwagIn(beads, "reserve", "lib/**").Fine();
        _town.WigwagIn(_vc, "status").Fine();
        var refused = Hook("claude-code", "PreToolUse", $$"""{"session_id":"s1","cwd":"{{_vc}}","tool_name":"Write","tool_input":{"file_path":"{{beads}}/lib/a.js"} }""");
        Assert.Contains("main/beads", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_finds_what_init_put_in_and_others_broke_and_mends_it()
    {
        _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code").Fine();
        Assert.DoesNotContain(Findings(), finding => finding.Health != "ok");
        File.Delete(At(".mcp.json"));
        Write(".claude/settings.json", "{}\n");
        File.Delete(At(".git/hooks/pre-commit"));
        var sick = Findings().Where(finding => finding.Health != "ok").ToList();
        Assert.Contains(sick, finding => finding.Message.Contains(".mcp.json", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Message.Contains(".claude/settings.json", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Check == "guard");
        _town.WigwagIn(_vc, "doctor", "--fix").Fine();
        Assert.DoesNotContain(Findings(), finding => finding.Health != "ok");
    }

    [Fact]
    public void Doctor_finds_what_is_there_and_does_not_work()
    {
        _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code", "--client", "gemini", "--client", "codex").Fine();
        Write(".claude/settings.local.json", "{ \"disableAllHooks\": true, \"disabledMcpjsonServers\": [\"wigwag\"] }");
        Write(".gemini/settings.json", File.ReadAllText(At(".gemini/settings.json")).TrimEnd().TrimEnd('}') + ",\n  \"hooksConfig\": { \"enabled\": false }\n}\n");
        Write("../../../.codex/config.toml", "[features]\nhooks = false\n");
        _town.Run("git", _vc, "config", "core.hooksPath", ".githooks").Fine();
        var sick = Findings().Where(finding => finding.Health != "ok").ToList();
        Assert.Contains(sick, finding => finding.Message.Contains("disableAllHooks", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Message.Contains("disabledMcpjsonServers", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Message.Contains("hooksConfig", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Message.Contains("[features]", StringComparison.Ordinal));
        Assert.Contains(sick, finding => finding.Check == "guard" && finding.Message.Contains(".githooks", StringComparison.Ordinal));
        _town.WigwagIn(_vc, "doctor", "--fix");
        Assert.DoesNotContain(Findings(), finding => finding.Check == "guard" && finding.Health != "ok");
    }

    [Fact]
    public void Doctor_finds_a_program_that_is_gone()
    {
        _town.WigwagIn(_vc, "init", "--yes", "--client", "cursor").Fine();
        Write(".cursor/mcp.json", File.ReadAllText(At(".cursor/mcp.json")).Replace("\"wigwag\",", "\"/gone/wigwag\",", StringComparison.Ordinal));
        Assert.Contains(Findings(), finding => finding.Health != "ok" && finding.Message.Contains(".cursor/mcp.json", StringComparison.Ordinal));
        _town.WigwagIn(_vc, "doctor", "--fix").Fine();
        Assert.DoesNotContain("/gone", File.ReadAllText(At(".cursor/mcp.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Hooks_outside_of_the_clone_are_changed_only_for_who_names_them()
    {
        var hooks = Path.Combine(_town.Folder, "everywhere");
        Directory.CreateDirectory(hooks);
        _town.Run("git", _vc, "config", "core.hooksPath", hooks).Fine();
        var init = _town.WigwagIn(_vc, "init", "--yes", "--client", "claude-code");
        Assert.Equal(4, init.ExitCode);
        Assert.Contains($"wigwag guard install --hooks-path {hooks}", init.Complaint, StringComparison.Ordinal);
        Assert.True(File.Exists(At(".claude/settings.json")), "The rest is set up.");
        Assert.Equal(5, _town.WigwagIn(_vc, "guard", "install").ExitCode);
        Assert.Equal(5, _town.WigwagIn(_vc, "guard", "install", "--hooks-path", At(".git/hooks")).ExitCode);
        _town.WigwagIn(_vc, "doctor", "--fix");
        Assert.Empty(Directory.EnumerateFileSystemEntries(hooks));

        _town.WigwagIn(_vc, "guard", "install", "--hooks-path", hooks).Fine();
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(hooks));
        Assert.DoesNotContain(Findings(), finding => finding.Check == "guard" && finding.Health != "ok");
        Assert.Equal(4, _town.WigwagIn(_vc, "init", "--undo", "--yes").ExitCode);
        Assert.Equal(5, _town.WigwagIn(_vc, "guard", "uninstall").ExitCode);
        _town.WigwagIn(_vc, "guard", "uninstall", "--hooks-path", "../../../everywhere").Fine();
        Assert.Empty(Directory.EnumerateFileSystemEntries(hooks));
        _town.WigwagIn(_vc, "guard", "uninstall").Fine();
    }

    private List<(string Check, string Health, string Message)> Findings(string? folder = null) => [.. _town.WigwagIn(folder ?? _vc, "doctor", "--json").Json.GetProperty("findings").EnumerateArray()
        .Select(finding => (finding.GetProperty("check").GetString()!, finding.GetProperty("health").GetString()!, finding.GetProperty("message").GetString()!))];

    public void Dispose() => _town.Dispose();
}
