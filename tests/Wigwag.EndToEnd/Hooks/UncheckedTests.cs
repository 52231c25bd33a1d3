using System.Globalization;
using System.Text.Json;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Hooks;

/// <summary>What the program's hook does before an edit when nobody can say who holds the file.</summary>
public sealed class UncheckedTests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _dave;

    public UncheckedTests() => _dave = _town.Clone("dave/vc", "git@github.com:steveyegge/vc.git");

    private JsonElement? Hook(string client, string name, string tool = "Edit", string folder = "")
    {
        using var process = _town.StartIn(_dave, "hook", client, name);
        var ran = Town.End(process, $$$"""{"cwd":"{{{(folder.Length > 0 ? folder : _dave)}}}","tool_name":"{{{tool}}}","tool_input":{"file_path":"a.c"}}""").Fine();
        return ran.Output.Length > 0 ? ran.Json : null;
    }

    [Theory]
    [InlineData("claude-code", "PreToolUse", "systemMessage")]
    [InlineData("codex", "PreToolUse", "systemMessage")]
    [InlineData("gemini", "BeforeTool", "systemMessage")]
    [InlineData("cursor", "preToolUse", null)]
    public void Without_a_server_the_user_is_told_or_the_edit_refused_as_the_guard_was_installed(string client, string name, string? warning)
    {
        _town.Environment["WIGWAG_URL"] = "http://127.0.0.1:9";
        if (warning is not null)
        {
            Assert.Contains("could not check", Hook(client, name)!.Value.GetProperty(warning).GetString(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(Hook(client, name));
        }
        _town.WigwagIn(_dave, "guard", "install", "--when-down", "refuse").Fine();
        Assert.Contains("could not check", Hook(client, name)!.Value.ToString(), StringComparison.Ordinal);
        Assert.Contains("deny", Hook(client, name)!.Value.ToString(), StringComparison.Ordinal);
        // What writes nothing goes on.
        Assert.Null(Hook(client, name, "Read"));
    }

    [Fact]
    public void A_server_that_does_not_answer_in_time_is_said_to_run()
    {
        _town.WigwagIn(_dave, "reserve", "src/**").Fine();
        var server = _town.ServerProcess()!.Value.ToString(CultureInfo.InvariantCulture);
        _town.Run("kill", _dave, "-STOP", server).Fine();
        try
        {
            Assert.Contains("runs and did not answer in 4 s", Hook("claude-code", "PreToolUse")!.Value.GetProperty("systemMessage").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            _town.Run("kill", _dave, "-CONT", server).Fine();
        }
    }

    [Fact]
    public void An_edit_through_a_link_is_refused_by_the_program_too()
    {
        _town.WigwagIn(_town.Clone("main/vc", "git@github.com:steveyegge/vc.git"), "reserve", "a.c").Fine();
        var link = Path.Combine(_town.Folder, "link");
        Directory.CreateSymbolicLink(link, _dave);
        Assert.Contains("deny", Hook("claude-code", "PreToolUse", folder: link)!.Value.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _town.Dispose();
}
