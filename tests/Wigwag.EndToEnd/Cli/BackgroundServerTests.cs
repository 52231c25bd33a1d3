using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wigwag.EndToEnd.Cli;

public sealed class BackgroundServerTests : IDisposable
{
    private readonly Town _town = new();

    [Fact]
    public void The_first_command_starts_a_server_that_the_next_ones_use()
    {
        _town.Wigwag("project", "list").Fine();
        var server = _town.ServerProcess();
        Assert.NotNull(server);
        _town.Wigwag("agent", "list").Fine();
        Assert.Equal(server, _town.ServerProcess());
    }

    [Fact]
    public void Commands_at_once_start_one_server()
    {
        var commands = Enumerable.Range(0, 6).Select(_ => _town.StartIn(_town.Folder, "project", "list", "--json")).ToList();
        foreach (var command in commands)
        {
            Assert.Equal("""{"projects":[]}""", Town.End(command).Fine().Output.Trim());
            command.Dispose();
        }
        Assert.Single(_town.Servers());
    }

    [Fact]
    public void After_the_server_was_killed_the_next_command_works()
    {
        _town.Wigwag("project", "register", "https://github.com/o/beads").Fine();
        var killed = _town.ServerProcess()!.Value;
        Kill(killed);
        Assert.True(File.Exists(Path.Combine(_town.Home, "wigwag.sock")));
        Assert.Contains("github.com/o/beads", _town.Wigwag("project", "list").Fine().Output, StringComparison.Ordinal);
        Assert.NotEqual(killed, _town.ServerProcess());
    }

    [Fact]
    public void A_home_on_a_read_only_disk_is_not_taken_for_a_busy_one()
    {
        Directory.CreateDirectory(_town.Home);
        Assert.SkipUnless(Mount("-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", _town.Home), "needs the right to mount a tmpfs");
        try
        {
            _town.Wigwag("project", "list").Fine();
            _town.Wigwag("stop").Fine();
            // The process has let go of the home a moment before it is gone.
            Town.Until(() => Mount("-o", "remount,ro", _town.Home), "nothing is open there any more");
            foreach (var command in (string[][])[["project", "list"], ["serve"], ["project", "list", "--no-server"]])
            {
                var ran = _town.Wigwag(command);
                Assert.True(ran.ExitCode == 7, $"{ran.ExitCode}: {ran.Complaint}");
                Assert.Contains("cannot be written", ran.Complaint, StringComparison.Ordinal);
                Assert.Contains("neither full nor mounted read-only", ran.Complaint, StringComparison.Ordinal);
            }
        }
        finally
        {
            _town.Run("umount", "/", "--lazy", _town.Home).Fine();
        }
    }

    private bool Mount(params string[] arguments) => _town.Run("mount", "/", arguments).ExitCode == 0;

    [Fact]
    public void A_command_does_not_wait_for_the_server_it_started_to_end()
    {
        // The reader of the pipe sees its end only when nobody holds the other end.
        var ran = _town.Run("/bin/bash", _town.Folder, "-c", $"set -o pipefail; exec 5>&1; '{Town.Program}' project list --json 2>&1 | cat").Fine();
        Assert.Equal("""{"projects":[]}""", ran.Output.Trim());
        Assert.Single(_town.Servers());
    }

    [Fact]
    public void It_leaves_the_session_of_the_terminal()
    {
        _town.Wigwag("project", "list").Fine();
        var server = _town.ServerProcess()!.Value;
        // Fields after the name: state, parent, process group, session.
        var fields = File.ReadAllText($"/proc/{server}/stat").Split(')')[^1].Trim().Split(' ');
        Assert.Equal(server.ToString(System.Globalization.CultureInfo.InvariantCulture), fields[3]);
    }

    [Fact]
    public void It_stops_by_itself_when_nobody_asks_for_long()
    {
        _town.Environment["WIGWAG_IDLE_EXIT"] = "200ms";
        _town.Wigwag("project", "list").Fine();
        Town.Until(() => _town.Servers().Length == 0, "the idle server stopped");
        Assert.False(File.Exists(Path.Combine(_town.Home, "server.json")));
        _town.Wigwag("project", "list").Fine();
    }

    [Fact]
    public void Stop_stops_it_and_says_so()
    {
        _town.Wigwag("project", "list").Fine();
        Assert.Equal("""{"stopped":true}""", _town.Wigwag("stop", "--json").Fine().Output.Trim());
        Assert.Empty(_town.Servers());
        Assert.Equal("""{"stopped":false}""", _town.Wigwag("stop", "--json").Fine().Output.Trim());
    }

    [Fact]
    public void A_second_server_for_the_home_is_refused_and_told_who_serves_it()
    {
        _town.Wigwag("project", "list").Fine();
        var second = _town.Wigwag("serve");
        Assert.Equal(4, second.ExitCode);
        Assert.Contains($"process {_town.ServerProcess()}", second.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_taken_port_a_background_server_answers_on_its_socket_and_an_explicit_one_fails()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        _town.Environment["WIGWAG_LISTEN"] = taken.LocalEndpoint.ToString();
        var refused = _town.Wigwag("serve");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("Cannot listen", refused.Complaint, StringComparison.Ordinal);
        _town.Wigwag("project", "list").Fine();
        Assert.Contains("socket alone", _town.Wigwag("doctor").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_with_a_long_path_works()
    {
        _town.Environment["WIGWAG_HOME"] = Path.Combine(_town.Home, new string('x', 120));
        _town.Environment["XDG_RUNTIME_DIR"] = _town.Folder;
        _town.Wigwag("project", "list").Fine();
        _town.Wigwag("stop").Fine();
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, 15)]
    [InlineData(PosixSignal.SIGINT, 2)]
    public void A_signal_ends_a_server_in_order(PosixSignal name, int signal)
    {
        using var server = _town.StartIn(_town.Folder, "serve");
        Town.Until(() => _town.ServerProcess() is not null, "the server runs");
        _town.Run("kill", _town.Folder, $"-{signal}", $"{server.Id}").Fine();
        Assert.Equal(0, Town.End(server).ExitCode);
        Assert.False(File.Exists(Path.Combine(_town.Home, "server.json")), $"{name} left server.json behind");
    }

    [Fact]
    public void Without_a_server_a_command_works_on_the_database_and_starts_none()
    {
        _town.Wigwag("--no-server", "project", "register", "https://github.com/o/beads").Fine();
        Assert.Contains("beads", _town.Wigwag("project", "list", "--no-server").Fine().Output, StringComparison.Ordinal);
        Assert.Empty(_town.Servers());
        _town.Wigwag("project", "list").Fine();
        Assert.Equal(4, _town.Wigwag("project", "list", "--no-server").ExitCode);
    }

    public void Dispose() => _town.Dispose();

    private static void Kill(int process)
    {
        using var server = Process.GetProcessById(process);
        server.Kill();
        Town.Until(() => !Town.IsAlive(process), "the killed server is gone");
    }
}
