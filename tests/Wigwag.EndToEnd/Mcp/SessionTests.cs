using System.Diagnostics;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.EndToEnd.Mcp;

/// <summary>Several runs of clients of one agent, as the real program makes them.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";

    private readonly Town _town = new();
    private readonly string _vc;
    private readonly string _other;

    public SessionTests()
    {
        _vc = _town.Clone("dave/vc", "git@github.com:acme/vc.git");
        _other = _town.Clone("main/vc", "git@github.com:acme/vc.git");
    }

    public void Dispose() => _town.Dispose();

    [Fact]
    public void A_shells_goodbye_and_the_end_of_one_connection_leave_the_agent_to_the_other()
    {
        using var first = Connect();
        using var second = Connect();
        _town.WigwagIn(_vc, "reserve", "src/**").Fine();
        Town.Until(() => Sessions() == (2, 1), "both connections and the shell are sessions");

        _town.WigwagIn(_vc, "agent", "goodbye").Fine();
        Assert.Equal((2, 0), Sessions());
        Assert.Equal("", Town.End(first).Fine().Complaint);
        Town.Until(() => Sessions() == (1, 0), "the first connection is gone");
        Assert.Equal("online", Presence());
        var lease = _town.WigwagIn(_other, "leases", "--json").Fine().Json.GetProperty("leases")[0].GetProperty("lease_id").GetString()!;
        // Operated by the same human, whom nobody may be mistaken for here.
        _town.Environment["WIGWAG_OPERATOR"] = "Bo <bo@example.org>";
        Assert.Contains("holder_is_there", _town.WigwagIn(_town.Clone("bo/vc", "git@github.com:acme/vc.git"), "lease", "force-release", lease, "--reason", "gone", "--json").Complaint
            + _town.WigwagIn(_town.Folder + "/src/bo/vc", "lease", "force-release", lease, "--reason", "gone", "--json").Output, StringComparison.Ordinal);

        Town.End(second);
        Town.Until(() => Presence() == "offline", "the last session is gone");
    }

    [Fact]
    public void Commands_belong_to_the_session_that_the_environment_names_and_one_that_names_none_is_refused()
    {
        _town.WigwagIn(_vc, "status").Fine();
        _town.Environment["WIGWAG_SESSION"] = "shell:build-7";
        _town.WigwagIn(_vc, "status").Fine();
        Assert.Equal((0, 2), Sessions());
        _town.WigwagIn(_vc, "agent", "goodbye").Fine();
        _town.Environment["WIGWAG_SESSION"] = null;
        Assert.Equal((0, 1), Sessions());
        _town.Environment["WIGWAG_SESSION"] = "my build";
        Assert.Contains("bad_session", _town.WigwagIn(_vc, "status", "--json") is var ran ? ran.Output + ran.Complaint : "", StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_clients_shell_runs_belongs_to_the_session_that_its_hooks_named()
    {
        var file = Path.Combine(_town.Folder, "env");
        _town.Environment["CLAUDE_ENV_FILE"] = file;
        using var hook = _town.StartIn(_vc, "hook", "claude-code", "SessionStart");
        Town.End(hook, """{"session_id":"7f3a-11"}""").Fine();

        Assert.Equal("export WIGWAG_SESSION=hook:7f3a-11\n", File.ReadAllText(file));
    }

    private Process Connect()
    {
        var bridge = _town.StartIn(_vc, "mcp");
        bridge.StandardInput.WriteLine(Initialize);
        bridge.StandardInput.Flush();
        Assert.Contains("serverInfo", bridge.StandardOutput.ReadLine(), StringComparison.Ordinal);
        return bridge;
    }

    // Connections, and runs of commands.
    private (int Mcp, int Shell) Sessions()
    {
        var sessions = _town.WigwagIn(_other, "agent", "show", "dave/vc", "--json").Fine().Json.GetProperty("sessions").EnumerateArray()
            .Select(session => session.GetProperty("session").GetString()!).ToList();
        return (sessions.Count(session => session.StartsWith("mcp:", StringComparison.Ordinal)), sessions.Count(session => session.StartsWith("shell", StringComparison.Ordinal)));
    }

    private string Presence() => _town.WigwagIn(_other, "agent", "show", "dave/vc", "--json").Fine().Json.GetProperty("presence").GetString()!;
}
