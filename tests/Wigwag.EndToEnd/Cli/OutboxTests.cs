using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.EndToEnd.Cli;

/// <summary>Commands for a server that is out of reach are kept whole and done once, or it is said why not.</summary>
public sealed class OutboxTests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _vc;
    private readonly string _beads;
    private readonly int _port = FreePort();

    public OutboxTests()
    {
        _vc = _town.Clone("dave/vc", "git@github.com:acme/vc.git");
        _beads = _town.Clone("main/beads", "git@github.com:acme/beads.git");
        _town.WigwagIn(_beads, "status").Fine();
        _town.WigwagIn(_vc, "status").Fine();
        _town.Wigwag("stop").Fine();
    }

    private string Folder => Path.Combine(_town.Home, "outbox");

    // A server elsewhere where nobody listens, or one's own that cannot start.
    private void Away(bool isRemote)
    {
        if (isRemote)
        {
            _town.Environment["WIGWAG_URL"] = $"http://127.0.0.1:{_port}";
            _town.Environment["WIGWAG_TOKEN_FILE"] = Path.Combine(_town.Home, "token");
        }
        else
        {
            _town.Wigwag("stop").Fine();
            _town.Environment["WIGWAG_STORE"] = "postgres://127.0.0.1:9/none";
        }
    }

    private void Back(bool isRemote)
    {
        _town.Environment.Remove("WIGWAG_STORE");
        if (isRemote)
        {
            _town.Environment["WIGWAG_LISTEN"] = $"127.0.0.1:{_port}";
            _town.Run("/bin/bash", _vc, "-c", $"unset WIGWAG_URL; '{Town.Program}' status").Fine();
        }
    }

    private Ran Give(string input, params string[] arguments)
    {
        using var process = _town.StartIn(_vc, arguments);
        return Town.End(process, input);
    }

    private List<JsonElement> Received() => [.. _town.WigwagIn(_beads, "inbox", "--json").Fine().Json.GetProperty("messages").EnumerateArray().Reverse()];

    private List<JsonElement> Kept() => [.. _town.Wigwag("outbox", "--json").Fine().Json.GetProperty("kept").EnumerateArray()];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Standard_input_and_files_are_kept_whole_and_sent_once_as_who_gave_them(bool isRemote)
    {
        Away(isRemote);
        var file = Path.Combine(_town.Folder, "trace.bin");
        // More than the JSON of a request may be.
        var bytes = Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 >> 3)).ToArray();
        File.WriteAllBytes(file, bytes);
        Give("a line\nand another\n", "send", "beads", "First", "--body", "-", "--attach", file, "--as", "ui/vc", "--best-effort", "--idempotency-key", "mine").Fine();
        File.Delete(file);
        Give("bytes of a pipe", "send", "beads", "Second", "--attach", "-", "--best-effort").Fine();
        Assert.Equal(["waiting", "waiting"], Kept().Select(kept => kept.GetProperty("state").GetString()!));
        Assert.All(Directory.EnumerateFiles(Folder), kept => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept)));

        Back(isRemote);
        _town.WigwagIn(_vc, "status").Fine();
        Assert.Empty(Kept());
        var (first, second) = (Received()[0], Received()[1]);
        Assert.Equal(("First", "ui/vc"), (first.GetProperty("subject").GetString(), first.GetProperty("from").GetProperty("agent").GetString()));
        Assert.Equal(("Second", "dave/vc"), (second.GetProperty("subject").GetString(), second.GetProperty("from").GetProperty("agent").GetString()));
        var message = first.GetProperty("message_id").GetString()!;
        Assert.Equal("a line\nand another\n", _town.WigwagIn(_beads, "read", message, "--json").Fine().Json.GetProperty("body").GetString());
        _town.Run("/bin/bash", _beads, "-c", $"'{Town.Program}' attachment {message} trace.bin > got").Fine();
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_beads, "got")));
        Assert.Equal("bytes of a pipe", _town.WigwagIn(_beads, "attachment", second.GetProperty("message_id").GetString()!, "stdin").Fine().Output);
        // What was kept is the command that would have been sent: its own key finds it.
        File.WriteAllBytes(file, bytes);
        Give("a line\nand another\n", "send", "beads", "First", "--body", "-", "--attach", file, "--as", "ui/vc", "--idempotency-key", "mine").Fine();
        Assert.Equal(2, Received().Count);
    }

    [Fact]
    public void Each_command_that_may_be_done_later_is_kept_and_each_other_refuses_to_be()
    {
        Away(isRemote: true);
        File.WriteAllText(Path.Combine(_vc, "trace.txt"), "at Parser.Read");
        foreach (var command in CatalogCommands.All())
        {
            var ran = _town.Run("/bin/bash", _vc, "-c", $"wigwag() {{ '{Town.Program}' \"$@\" --best-effort --json </dev/null; }}; {command.Example}");
            Assert.True(ran.ExitCode == (command.IsDeferrable ? 0 : 2), $"{command.Words}: {ran.ExitCode} {ran.Complaint}");
            Assert.Equal(command.IsDeferrable, ran.Output.Contains("\"queued\":true", StringComparison.Ordinal));
        }
        Assert.Equal(CatalogCommands.All().Where(command => command.IsDeferrable).Select(command => command.Words), Kept().Select(kept => kept.GetProperty("command").GetString()!));
        Assert.All(ProgramCommands.All.Where(command => command.Fields.All(field => !field.IsRequired)), command =>
            Assert.Equal(2, _town.Wigwag([.. command.Words.Split(' '), "--best-effort"]).ExitCode));
    }

    [Fact]
    public void Nothing_that_gives_somebody_something_to_hold_can_be_kept()
    {
        string[] kept = ["acknowledge_message", "close_issue", "comment_issue", "create_issue", "depend_issue", "reopen_issue", "reply_to_message", "send_message", "undepend_issue", "update_issue"];
        Assert.Equal(kept, Catalog.Operations.Where(operation => operation.IsDeferrable).Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_the_server_refuses_is_told_and_stays_until_it_is_dropped_and_the_others_go_in_their_order()
    {
        Away(isRemote: false);
        _town.WigwagIn(_vc, "send", "beads", "One", "--best-effort").Fine();
        _town.WigwagIn(_vc, "ack", "m-0000000000", "--best-effort").Fine();
        _town.WigwagIn(_vc, "send", "beads", "Two", "--best-effort").Fine();
        Assert.Equal(7, _town.Wigwag("outbox", "send").ExitCode);
        Assert.Equal(3, Kept().Count);
        Back(isRemote: false);

        var sent = _town.Wigwag("outbox", "send", "--json");
        Assert.Equal(3, sent.ExitCode);
        Assert.Equal("{\"sent\":2,\"refused\":1,\"waiting\":0}", sent.Output.Trim());
        Assert.Contains("kept_command_refused", sent.Complaint, StringComparison.Ordinal);
        Assert.Equal(["One", "Two"], Received().Select(message => message.GetProperty("subject").GetString()!));

        var refused = Assert.Single(Kept());
        Assert.Equal(("refused", "2"), (refused.GetProperty("state").GetString(), refused.GetProperty("id").GetString()));
        Assert.Equal("not_found", refused.GetProperty("refusal").GetProperty("kind").GetString());
        Assert.Contains("wigwag outbox", _town.WigwagIn(_vc, "status").Fine().Complaint, StringComparison.Ordinal);
        Assert.Contains("refused", _town.WigwagIn(_vc, "doctor").Output, StringComparison.Ordinal);
        // By its number it is sent again, and a new one does not take its place.
        Assert.Equal(3, _town.Wigwag("outbox", "send", "2").ExitCode);
        Away(isRemote: false);
        Assert.Equal("3", _town.WigwagIn(_vc, "send", "beads", "Three", "--best-effort", "--json").Fine().Json.GetProperty("outbox_id").GetString());
        _town.Wigwag("outbox", "drop", "2", "3").Fine();
        Assert.Empty(Kept());
        Assert.Equal(3, _town.Wigwag("outbox", "drop", "2").ExitCode);
    }

    [Fact]
    public void The_command_that_sends_what_was_kept_says_what_was_refused()
    {
        Away(isRemote: false);
        _town.WigwagIn(_vc, "issue", "close", "vc-0000", "--best-effort").Fine();
        Back(isRemote: false);
        Assert.Contains("was refused", _town.WigwagIn(_vc, "inbox", "--quiet").Fine().Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_that_send_at_the_same_time_send_each_once()
    {
        Away(isRemote: false);
        var subjects = Enumerable.Range(0, 6).Select(i => $"Number {i}").ToList();
        subjects.ForEach(subject => _town.WigwagIn(_vc, "send", "beads", subject, "--best-effort").Fine());
        Back(isRemote: false);
        var running = Enumerable.Range(0, 4).Select(i => _town.StartIn(_vc, i % 2 == 0 ? ["outbox", "send"] : ["status"])).ToList();
        foreach (var process in running)
        {
            Town.End(process).Fine();
            process.Dispose();
        }
        Assert.Equal(subjects, Received().Select(message => message.GetProperty("subject").GetString()!));
        Assert.Empty(Kept());
    }

    [Fact]
    public void A_working_copy_that_is_gone_since_still_speaks_in_what_it_gave()
    {
        Away(isRemote: false);
        _town.WigwagIn(_vc, "send", "beads", "From the grave", "--best-effort").Fine();
        Directory.Delete(_vc, recursive: true);
        Back(isRemote: false);
        _town.Wigwag("outbox", "send").Fine();
        Assert.Equal("dave/vc", Assert.Single(Received()).GetProperty("from").GetProperty("agent").GetString());
    }

    [Fact]
    public void What_was_kept_for_longer_than_a_server_knows_its_key_is_not_sent_by_itself()
    {
        Away(isRemote: false);
        _town.WigwagIn(_vc, "send", "beads", "Old", "--best-effort").Fine();
        var file = Path.Combine(Folder, "000000000001.json");
        var kept = JsonNode.Parse(File.ReadAllText(file))!;
        kept["at"] = DateTimeOffset.UtcNow.AddDays(-30);
        File.WriteAllText(file, kept.ToJsonString());
        Back(isRemote: false);
        Assert.Contains("does not know that any more", _town.WigwagIn(_vc, "status").Fine().Complaint, StringComparison.Ordinal);
        Assert.Empty(Received());
        _town.Wigwag("outbox", "send", "1").Fine();
        Assert.Single(Received());
    }

    public void Dispose() => _town.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
