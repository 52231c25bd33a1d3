using System.Diagnostics;
using Wigwag.EndToEnd.Cli;
using Wigwag.Tests.Storage;

namespace Wigwag.EndToEnd.Postgres;

/// <summary>Two machines, each with its own server, on one PostgreSQL database.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    private readonly Town _laptop = new();
    private readonly Town _desktop = new();
    private PostgresCluster _cluster = null!;
    private string _vc = "";
    private string _beads = "";

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        var database = await _cluster.EmptyDatabase();
        _laptop.Environment["WIGWAG_STORE"] = _cluster.Url(database);
        // A file, as a secret is mounted.
        _desktop.Environment["WIGWAG_STORE_FILE"] = Path.Combine(_desktop.Folder, "store");
        await File.WriteAllTextAsync(_desktop.Environment["WIGWAG_STORE_FILE"]!, _cluster.Url(database) + "\n", TestContext.Current.CancellationToken);
        _vc = _laptop.Clone("dave/vc", "git@github.com:o/vc.git");
        _beads = _desktop.Clone("main/beads", "git@github.com:o/beads.git");
        _laptop.WigwagIn(_vc, "agent", "register").Fine();
        _desktop.WigwagIn(_beads, "agent", "register").Fine();
    }

    public ValueTask DisposeAsync()
    {
        _laptop.Dispose();
        _desktop.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void What_is_sent_through_one_is_waited_for_at_the_other_with_its_attachment()
    {
        var trace = Path.Combine(_laptop.Folder, "trace.txt");
        File.WriteAllText(trace, "at Parser.Next()");
        using var waiting = _desktop.StartIn(_beads, "wait", "--timeout", "60", "--json");

        var sent = _laptop.WigwagIn(_vc, "send", "beads", "Parser crash", "--attach", trace, "--json").Fine().Json.GetProperty("message_id").GetString()!;

        var arrived = Town.End(waiting).Fine().Json.GetProperty("messages");
        Assert.Equal(sent, arrived[0].GetProperty("message_id").GetString());
        Assert.Contains("Parser.Next", _desktop.WigwagIn(_beads, "attachment", sent, "trace.txt").Fine().Output, StringComparison.Ordinal);
        _desktop.WigwagIn(_beads, "take", sent).Fine();
        Assert.Equal("main/beads", _laptop.WigwagIn(_vc, "read", sent, "--json").Fine().Json.GetProperty("recipients")[0].GetProperty("taken_by").GetString());
    }

    [Fact]
    public void A_server_that_is_killed_takes_nothing_along()
    {
        var sent = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            if (i % 2 == 1)
            {
                using var server = Process.GetProcessById(_laptop.ServerProcess()!.Value);
                server.Kill();
            }
            sent.Add(_laptop.WigwagIn(_vc, "send", "beads", $"Number {i}", "--json").Fine().Json.GetProperty("message_id").GetString()!);
        }

        var inbox = _desktop.WigwagIn(_beads, "inbox", "--json").Fine().Json.GetProperty("messages").EnumerateArray();

        Assert.Equal(sent.AsEnumerable().Reverse(), inbox.Select(message => message.GetProperty("message_id").GetString()));
    }

    [Fact]
    public void A_backup_is_said_to_be_for_the_databases_own_tools_and_a_password_on_the_command_line_is_refused()
    {
        var backup = _laptop.Wigwag("backup", "copy.tar");
        Assert.NotEqual(0, backup.ExitCode);
        Assert.Contains("pg_dump", backup.Complaint, StringComparison.Ordinal);

        var serve = _laptop.Wigwag("serve", "--store", "postgres://u:sesame@127.0.0.1/wigwag");
        Assert.NotEqual(0, serve.ExitCode);
        Assert.Contains("WIGWAG_STORE_FILE", serve.Complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", serve.Complaint, StringComparison.Ordinal);
    }
}
