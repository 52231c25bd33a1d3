using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Git;
using Wigwag.Tests.Server;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Hooks;

/// <summary>However a path is spelled or led to, and whatever its name holds, the hook before an edit sees who holds it.</summary>
public sealed class HookPathsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RunningServer _server = null!;
    private HttpClient _dave = null!;
    private string _root = "";

    public async ValueTask InitializeAsync()
    {
        _root = RealPath.Of(_folder["."]);
        Directory.CreateDirectory($"{_root}/real/vc/src/parser");
        await File.WriteAllTextAsync($"{_root}/real/vc/src/parser/lex.c", "1\n", TestContext.Current.CancellationToken);
        Link("clone", "real/vc");
        Link("real/vc/inside", "src");
        Link("real/vc/again", "inside");
        Link("real/vc/file.c", "src/parser/lex.c");
        Link("deep", "real/vc/src/parser");
        Link("real/vc/round", "round");
        _server = await RunningServer.Start(options => options with { RealPath = RealPath.Physical });
        _dave = await Agent("dave/vc", $"{_root}/real/vc");
        using var main = await Agent("main/vc", "/src/main/vc");
        await RunningServer.Ok(await main.Post("/v1/projects/-/reservations", new JsonObject { ["scopes"] = new JsonArray("src/parser/**") }));
    }

    private void Link(string path, string target) => File.CreateSymbolicLink($"{_root}/{path}", target);

    private async Task<HttpClient> Agent(string agent, string path)
    {
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new JsonObject
        {
            ["project"] = "git@github.com:steveyegge/vc.git",
            ["workspace"] = agent.Split('/')[0],
            ["host"] = Dns.GetHostName(),
            ["path"] = path,
            ["fingerprint"] = "f",
        }));
        return _server.Client((await _server.Key(new { name = agent, role = "agent", agent })).Token);
    }

    private static async Task<bool> IsRefused(HttpClient client, JsonObject sent) =>
        (await RunningServer.Ok(await client.Post("/v1/hooks/claude-code/PreToolUse", sent)))["hookSpecificOutput"]?["permissionDecisionReason"] is not null;

    private Task<bool> Edit(string file, string folder = "real/vc") => IsRefused(_dave, new()
    {
        ["cwd"] = $"{_root}/{folder}",
        ["tool_name"] = "Edit",
        ["tool_input"] = new JsonObject { ["file_path"] = file.Replace("~", _root, StringComparison.Ordinal) },
    });

    private Task<bool> Shell(string command, string folder = "real/vc") => IsRefused(_dave, new()
    {
        ["cwd"] = $"{_root}/{folder}",
        ["tool_name"] = "Bash",
        ["tool_input"] = new JsonObject { ["command"] = command.Replace("~", _root, StringComparison.Ordinal) },
    });

    [Theory]
    [InlineData("~/clone/src/parser/lex.c")]
    [InlineData("~/clone/src/parser/new.c")]
    [InlineData("~/real/vc/inside/parser/lex.c")]
    [InlineData("again/parser/lex.c")]
    [InlineData("file.c")]
    [InlineData("src/parser/lex.c", "clone")]
    [InlineData("parser/lex.c", "clone/inside")]
    [InlineData("lex.c", "deep")]
    [InlineData("~/deep/../parser/lex.c")]
    [InlineData("~/real/vc/../../clone/src/parser/lex.c")]
    public async Task An_edit_through_a_link_is_an_edit_of_what_it_leads_to(string file, string folder = "real/vc") => Assert.True(await Edit(file, folder));

    [Theory]
    [InlineData("echo x > ~/clone/src/parser/lex.c")]
    [InlineData("cd ~/clone/src && rm parser/lex.c")]
    [InlineData("rm inside/parser/*.c")]
    [InlineData("rm -r inside/parser")]
    [InlineData("echo x > ~/deep/../parser/lex.c")]
    [InlineData("tee lex.c", "deep")]
    public async Task So_is_a_shell_command(string command, string folder = "real/vc") => Assert.True(await Shell(command, folder));

    [Theory]
    [InlineData("README")]
    [InlineData("round")]
    [InlineData("~/clone/README")]
    [InlineData("~/elsewhere/src/parser/lex.c")]
    public async Task What_nobody_holds_is_free_through_any_link(string file) => Assert.False(await Edit(file));

    [Fact]
    public async Task A_humans_client_is_the_agent_of_the_clone_that_its_folder_leads_to()
    {
        var sent = new JsonObject { ["cwd"] = $"{_root}/clone/src", ["tool_name"] = "Edit", ["tool_input"] = new JsonObject { ["file_path"] = "parser/lex.c" } };
        Assert.True(await IsRefused(_server.Http, sent));
    }

    [Theory]
    [InlineData("src/parser/tab\there")]
    [InlineData("src/parser/line\nend")]
    [InlineData("src/parser/\u001b[31m")]
    [InlineData("src/parser/trailing ")]
    [InlineData("src/parser/[a]{b}*?\\")]
    [InlineData("src/parser/\ufffd\ufffd.txt")]
    [InlineData("src/par\ufffdser/x")]
    [InlineData("src/parser/db:x")]
    public async Task A_name_that_cannot_be_reserved_by_itself_is_covered_by_a_pattern(string file)
    {
        Assert.True(await Edit(file) || file.Contains("par\ufffd", StringComparison.Ordinal));
        Assert.False(await Edit("docs/" + file));
    }

    [Theory]
    [InlineData("rm src/parser/lex.{a..z}")]
    [InlineData("rm src/parser/[[:alpha:]]*")]
    [InlineData("rm src/parser/lex.c [")]
    [InlineData("rm [ src/parser/lex.*")]
    [InlineData("rm src/{parser/lex.c")]
    [InlineData("rm $'src/parser/a\\tb'")]
    public async Task A_pattern_that_reservations_read_otherwise_stands_for_its_whole_folder(string command) => Assert.True(await Shell(command));

    [Fact]
    public async Task Half_a_surrogate_pair_is_any_character()
    {
        using var body = new StringContent(
            $$$"""{"cwd":"{{{_root}}}/real/vc","tool_name":"Edit","tool_input":{"file_path":"src/parser/\ud800.c"}}""", Encoding.UTF8, "application/json");
        var answer = await RunningServer.Ok(await _dave.PostAsync(new Uri("/v1/hooks/claude-code/PreToolUse", UriKind.Relative), body, TestContext.Current.CancellationToken));
        Assert.NotNull(answer["hookSpecificOutput"]?["permissionDecisionReason"]);
    }

    [Fact]
    public async Task What_a_hook_on_another_machine_followed_counts() => Assert.True(await IsRefused(_dave, new()
    {
        ["cwd"] = "/elsewhere",
        ["tool_name"] = "Edit",
        ["tool_input"] = new JsonObject { ["file_path"] = "/elsewhere/link.c" },
        ["wigwag_followed"] = new JsonObject { [$"{_root}/real/vc/src/parser/lex.c"] = false },
    }));

    public async ValueTask DisposeAsync()
    {
        _dave.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
