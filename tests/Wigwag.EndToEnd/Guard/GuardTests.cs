using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Guard;

/// <summary>Commits and pushes in real repositories, with the guard that a person installs.</summary>
public sealed class GuardTests : IDisposable
{
    private const string Remote = "git@github.com:steveyegge/vc.git";

    private readonly Town _town = new();
    private readonly string _dave;
    private readonly string _main;

    public GuardTests()
    {
        _town.Environment["PATH"] = $"{Path.GetDirectoryName(Town.Program)}:{Environment.GetEnvironmentVariable("PATH")}";
        _town.Environment["GIT_CONFIG_GLOBAL"] = Path.Combine(_town.Folder, "gitconfig");
        File.WriteAllText(_town.Environment["GIT_CONFIG_GLOBAL"]!, "[user]\n\tname = Ann Lee\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n");
        (_dave, _main) = (Clone("dave/vc"), Clone("main/vc"));
    }

    private string Clone(string path)
    {
        var folder = _town.Clone(path, Remote);
        Write(folder, "src/parser/lex.c", "1\n");
        Write(folder, "README", "1\n");
        Git(folder, "add", "-A").Fine();
        Git(folder, "commit", "-qm", "first").Fine();
        return folder;
    }

    private static void Write(string folder, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        File.WriteAllText(Path.Combine(folder, path), text);
    }

    private Ran Git(string folder, params string[] arguments) => _town.Run("git", folder, arguments);

    /// <summary>The other agent holds the parser, and dave's commits are guarded.</summary>
    private void Hold(string scope = "src/parser/**", string folder = "")
    {
        _town.WigwagIn(_main, "reserve", scope, "--reason", "the new lexer").Fine();
        _town.WigwagIn(folder.Length > 0 ? folder : _dave, "guard", "install").Fine();
    }

    private static void IsRefused(Ran ran, string path = "src/parser/lex.c")
    {
        Assert.NotEqual(0, ran.ExitCode);
        Assert.Contains("main/vc", ran.Complaint, StringComparison.Ordinal);
        Assert.Contains(path, ran.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_commit_under_anothers_reservation_is_refused_and_the_ways_out_work_as_shown()
    {
        Hold();
        Write(_dave, "src/parser/lex.c", "2\n");
        var refused = Git(_dave, "commit", "-qam", "mine");
        IsRefused(refused);
        Assert.Contains("reason (words of main/vc): \"the new lexer\"", refused.Complaint, StringComparison.Ordinal);
        var ask = refused.Complaint.Split('\n').Single(line => line.Contains("ask:", StringComparison.Ordinal)).Split("ask:")[1].Trim();
        _town.Run("/bin/sh", _dave, "-c", ask).Fine();
        Assert.Contains("May I change src/parser/lex.c?", _town.WigwagIn(_main, "inbox").Fine().Output, StringComparison.Ordinal);
        _town.WigwagIn(_main, "release").Fine();
        var wait = refused.Complaint.Split('\n').Single(line => line.Contains("wait:", StringComparison.Ordinal)).Split("wait:")[1].Trim();
        _town.Run("/bin/sh", _dave, "-c", wait).Fine();
        Git(_dave, "commit", "-qam", "mine").Fine();
    }

    [Fact]
    public void What_is_not_reserved_is_committed_and_so_is_what_one_holds_oneself()
    {
        Hold();
        Write(_dave, "README", "2\n");
        Assert.Empty(Git(_dave, "commit", "-qam", "free").Fine().Complaint);
        _town.WigwagIn(_main, "guard", "install").Fine();
        Write(_main, "src/parser/lex.c", "2\n");
        Git(_main, "commit", "-qam", "my own").Fine();
    }

    [Fact]
    public void A_deletion_and_both_ends_of_a_rename_are_changes()
    {
        Hold();
        Git(_dave, "rm", "-q", "src/parser/lex.c").Fine();
        IsRefused(Git(_dave, "commit", "-qm", "gone"));
        Git(_dave, "reset", "-q", "--hard").Fine();
        Git(_dave, "mv", "src/parser/lex.c", "lexer.c").Fine();
        IsRefused(Git(_dave, "commit", "-qm", "moved away"));
        Git(_dave, "reset", "-q", "--hard").Fine();
        Git(_dave, "mv", "README", "src/parser/README").Fine();
        IsRefused(Git(_dave, "commit", "-qm", "moved in"), "src/parser/README");
    }

    [Fact]
    public void Only_what_is_committed_counts()
    {
        Hold();
        Write(_dave, "src/parser/lex.c", "2\n");
        Write(_dave, "README", "2\n");
        Git(_dave, "commit", "-qm", "only this", "README").Fine();
        IsRefused(Git(_dave, "commit", "-qm", "all", "-a"));
    }

    [Fact]
    public void A_worktree_is_guarded_and_so_is_a_repository_with_its_own_hooks_path()
    {
        Hold();
        var topic = Path.Combine(_town.Folder, "src", "topic");
        Git(_dave, "worktree", "add", "-q", "-b", "topic", topic).Fine();
        Write(topic, "src/parser/lex.c", "2\n");
        IsRefused(Git(topic, "commit", "-qam", "in a worktree"));

        var other = Clone("other/vc");
        Write(other, ".githooks/pre-commit", "#!/bin/sh\necho their own\n");
        File.SetUnixFileMode(Path.Combine(other, ".githooks/pre-commit"), (UnixFileMode)0b111_101_101);
        Git(other, "config", "core.hooksPath", ".githooks").Fine();
        _town.WigwagIn(other, "guard", "install").Fine();
        Write(other, "src/parser/lex.c", "2\n");
        IsRefused(Git(other, "commit", "-qam", "x"));
        Git(other, "checkout", "-q", "--", "src").Fine();
        Write(other, "README", "2\n");
        var passed = Git(other, "commit", "-qam", "x").Fine();
        Assert.Contains("their own", passed.Complaint + passed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/bin/sh\necho their own; exit 3\n")]
    [InlineData("#!/usr/bin/env -S bash -eu\necho their own; exit 3\n")]
    [InlineData("#!/usr/bin/perl\nprint \"their own\\n\"; exit 3;\n")]
    public void A_hook_that_is_there_still_decides_after_the_guard(string script)
    {
        Write(_dave, ".git/hooks/pre-commit", script);
        File.SetUnixFileMode(Path.Combine(_dave, ".git/hooks/pre-commit"), (UnixFileMode)0b111_101_101);
        Hold();
        Write(_dave, "README", "2\n");
        var theirs = Git(_dave, "commit", "-qam", "x");
        Assert.NotEqual(0, theirs.ExitCode);
        Assert.Contains("their own", theirs.Complaint + theirs.Output, StringComparison.Ordinal);
        Write(_dave, "src/parser/lex.c", "2\n");
        var ours = Git(_dave, "commit", "-qam", "x");
        IsRefused(ours);
        Assert.DoesNotContain("their own", ours.Complaint + ours.Output, StringComparison.Ordinal);
        _town.WigwagIn(_dave, "guard", "uninstall").Fine();
        Assert.Equal(script, File.ReadAllText(Path.Combine(_dave, ".git/hooks/pre-commit")));
    }

    [Fact]
    public void A_name_that_cannot_be_reserved_by_itself_is_still_covered_by_a_pattern()
    {
        // As printf of the shell reads them.
        string[] names =
        [
            @"tab\there.txt", @"line\nend.txt", @"quote\042and\047.txt", @"back\134slash.txt", "trailing space ", " ", "[brackets]{a,b}*?.txt", @"latin\351.txt",
            @"\377\376\375", @"lone\355\240\200surrogate", @"re\314\201sume\314\201.txt", "db:users", @"\033[31mred.txt", "-rf", @"d\tir/\377/deep/\n",
        ];
        Hold("src/**");
        Assert.All(names, name =>
        {
            _town.Run("/bin/sh", _dave, "-ec", $"f=$(printf 'src/{name}x'); f=${{f%x}}; mkdir -p \"$(dirname \"$f\")\"; printf x >\"$f\"; git add -A").Fine();
            IsRefused(Git(_dave, "commit", "-qm", "odd"), "src/");
            Git(_dave, "rm", "-rqf", "src").Fine();
            Git(_dave, "reset", "-q", "--hard").Fine();
        });
    }

    [Fact]
    public void A_name_that_looks_like_something_else_is_a_path()
    {
        Hold("*/x.c");
        foreach (var path in (string[])["api:/x.c", "tab\there/x.c", "r-4k7q2m9xw3/x.c"])
        {
            Write(_dave, path, "1\n");
            Git(_dave, "add", "-A").Fine();
            IsRefused(Git(_dave, "commit", "-qm", "odd"), "main/vc");
            Git(_dave, "reset", "-q", "--hard").Fine();
        }
    }

    [Fact]
    public void A_reservation_by_a_links_name_is_one_of_what_it_leads_to()
    {
        File.CreateSymbolicLink(Path.Combine(_dave, "code"), "src");
        File.CreateSymbolicLink(Path.Combine(_dave, "lex"), "src/parser/lex.c");
        File.CreateSymbolicLink(Path.Combine(_dave, "out"), "../..");
        Git(_dave, "add", "-A").Fine();
        Git(_dave, "commit", "-qm", "links").Fine();
        Hold("code/parser/**");
        Write(_dave, "src/parser/lex.c", "2\n");
        IsRefused(Git(_dave, "commit", "-qam", "x"), "code/parser/lex.c");
        _town.WigwagIn(_main, "release").Fine();
        _town.WigwagIn(_main, "reserve", "lex").Fine();
        IsRefused(Git(_dave, "commit", "-qam", "x"), "lex");
    }

    [Fact]
    public void A_name_longer_than_any_scope_is_covered_by_its_folders_pattern()
    {
        Hold("src/**");
        var deep = "src/" + string.Concat(Enumerable.Repeat(new string('d', 200) + "/", 30)) + "x";
        var blob = Git(_dave, "hash-object", "-w", "README").Fine().Output.Trim();
        Git(_dave, "update-index", "--add", "--cacheinfo", $"100644,{blob},{deep}").Fine();
        IsRefused(Git(_dave, "commit", "-qm", "deep"), "main/vc");
    }

    [Fact]
    public void A_server_that_does_not_answer_in_time_is_no_missing_server()
    {
        Hold();
        var server = _town.ServerProcess()!.Value;
        Write(_dave, "src/parser/lex.c", "2\n");
        Git(_dave, "add", "-A").Fine();
        _town.Run("kill", _dave, "-STOP", server.ToString(System.Globalization.CultureInfo.InvariantCulture)).Fine();
        try
        {
            var refused = _town.WigwagIn(_dave, "guard", "run", "pre-commit", "--patience", "1s");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("could not say who holds what", refused.Complaint, StringComparison.Ordinal);
            Assert.Contains("did not answer in 1 s", refused.Complaint, StringComparison.Ordinal);
        }
        finally
        {
            _town.Run("kill", _dave, "-CONT", server.ToString(System.Globalization.CultureInfo.InvariantCulture)).Fine();
        }
    }

    [Fact]
    public void A_push_is_refused_for_the_commits_that_the_remote_does_not_have()
    {
        var bare = Path.Combine(_town.Folder, "remote.git");
        _town.Run("git", _town.Folder, "init", "-q", "--bare", bare).Fine();
        Git(_dave, "remote", "add", "backup", bare).Fine();
        // A hook of theirs reads what git says on standard input; it still can.
        Write(_dave, ".git/hooks/pre-push", "#!/bin/sh\nwhile read a b c d; do echo \"pushes $a to $c\"; done\n");
        File.SetUnixFileMode(Path.Combine(_dave, ".git/hooks/pre-push"), (UnixFileMode)0b111_101_101);
        Hold();
        Write(_dave, "README", "2\n");
        Git(_dave, "commit", "-qam", "free").Fine();
        IsRefused(Git(_dave, "push", "-q", "backup", "main"));
        _town.WigwagIn(_main, "release").Fine();
        var pushed = Git(_dave, "push", "-q", "backup", "main").Fine();
        Assert.Contains("pushes refs/heads/main to refs/heads/main", pushed.Output + pushed.Complaint, StringComparison.Ordinal);
        _town.WigwagIn(_main, "reserve", "src/parser/**").Fine();
        Write(_dave, "README", "3\n");
        Git(_dave, "commit", "-qam", "free").Fine();
        Git(_dave, "push", "-q", "backup", "main").Fine();
        Write(_dave, "src/parser/lex.c", "2\n");
        Git(_dave, "commit", "-qam", "around the guard", "--no-verify").Fine();
        IsRefused(Git(_dave, "push", "-q", "backup", "main"));
        Git(_dave, "push", "-q", "backup", "--delete", "main");
    }

    [Fact]
    public void A_merge_that_brings_the_holders_own_commits_passes()
    {
        Git(_dave, "checkout", "-qb", "theirs").Fine();
        Write(_dave, "src/parser/lex.c", "theirs\n");
        Write(_dave, "README", "theirs\n");
        Git(_dave, "commit", "-qam", "by the holder").Fine();
        Git(_dave, "checkout", "-q", "main").Fine();
        Write(_dave, "README", "mine\n");
        Git(_dave, "commit", "-qam", "mine").Fine();
        Hold();
        Assert.NotEqual(0, Git(_dave, "merge", "-q", "theirs").ExitCode);
        Write(_dave, "README", "both\n");
        Git(_dave, "add", "-A").Fine();
        Git(_dave, "commit", "-qm", "merged").Fine();
    }

    [Fact]
    public void A_token_that_is_no_longer_live_is_refused()
    {
        Hold("README");
        var token = _town.WigwagIn(_dave, "reserve", "docs/**", "--json").Fine().Json.GetProperty("token").GetInt64();
        _town.Environment["WIGWAG_LEASE_TOKEN"] = token.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Write(_dave, "docs/a.md", "1\n");
        Git(_dave, "add", "-A").Fine();
        Git(_dave, "commit", "-qm", "while it is mine").Fine();
        _town.Environment["WIGWAG_LEASE_TOKEN"] = "999999";
        Write(_dave, "docs/a.md", "2\n");
        var refused = Git(_dave, "commit", "-qam", "x");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("999999", refused.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_server_a_commit_passes_with_one_warning_or_is_refused_where_that_was_asked_for()
    {
        Hold();
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:9";
        Write(_dave, "src/parser/lex.c", "2\n");
        var passed = Git(_dave, "commit", "-qam", "x").Fine();
        Assert.Equal("wigwag: reservations were not checked", Assert.Single(passed.Complaint.TrimEnd('\n').Split('\n')).Split(": ")[0] + ": " + passed.Complaint.Split(": ")[1]);
        _town.WigwagIn(_dave, "guard", "install", "--when-down", "refuse").Fine();
        Write(_dave, "src/parser/lex.c", "3\n");
        Assert.NotEqual(0, Git(_dave, "commit", "-qam", "x").ExitCode);
    }

    [Fact]
    public void A_program_that_is_gone_lets_commits_pass_and_says_so()
    {
        Hold();
        var hook = Path.Combine(_dave, ".git/hooks/pre-commit");
        File.WriteAllText(hook, File.ReadAllText(hook).Replace(Path.GetDirectoryName(Town.Program)!, "/gone", StringComparison.Ordinal));
        _town.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        Write(_dave, "src/parser/lex.c", "2\n");
        var passed = Git(_dave, "commit", "-qam", "x").Fine();
        Assert.Contains("is gone", passed.Complaint, StringComparison.Ordinal);
    }

    public void Dispose() => _town.Dispose();
}
