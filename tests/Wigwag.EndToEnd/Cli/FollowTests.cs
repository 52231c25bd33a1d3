using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace Wigwag.EndToEnd.Cli;

public sealed class FollowTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Town _town = new();
    private readonly string _vc;
    private readonly string _beads;

    public FollowTests()
    {
        _vc = _town.Clone("dave/vc", "git@github.com:o/vc.git");
        _beads = _town.Clone("main/beads", "git@github.com:o/beads.git");
        _town.WigwagIn(_vc, "agent", "register").Fine();
        _town.WigwagIn(_beads, "agent", "register").Fine();
        _town.WigwagIn(_beads, "wake", "set", "--gather", "0").Fine();
    }

    [Fact]
    public async Task It_prints_a_line_for_what_may_wake_and_goes_on_after_the_server_was_stopped_and_killed()
    {
        using var follow = Follow();
        await Begun(follow);
        Send("INFO", "Quiet");
        Send("REQUEST", "Loud");
        Assert.Matches(@"^\S+ REQUEST m-\w{10} from dave/vc: ""Loud"" \(\S+\)$", await Line(follow));

        _town.WigwagIn(_vc, "stop").Fine();
        Send("REQUEST", "After the stop");
        Assert.EndsWith("\"After the stop\"", (await Line(follow))[..^(" (beads-xxxx)".Length)], StringComparison.Ordinal);

        Process.GetProcessById(_town.ServerProcess()!.Value).Kill();
        Send("REQUEST", "After the kill");
        Assert.Contains("After the kill", await Line(follow), StringComparison.Ordinal);
        follow.Kill();
    }

    [Fact]
    public async Task A_server_that_was_stopped_is_not_started_to_go_on_following()
    {
        using var follow = Follow();
        await Begun(follow);
        _town.WigwagIn(_vc, "stop").Fine();
        // Where no log can be written, who starts a server fails.
        var log = Path.Combine(_town.Home, "server.log");
        File.Delete(log);
        Directory.CreateDirectory(log);
        using var patience = new CancellationTokenSource(Patience);
        await BreakOff(patience.Token);
        var turns = Turns(follow);
        Town.Until(() => follow.HasExited || Turns(follow) > turns + 3, "the follower tried again");
        Assert.False(follow.HasExited, "It ended.");
        await BreakOff(patience.Token);
        follow.Kill();
    }

    [Fact]
    public async Task Started_again_it_goes_on_where_its_file_says()
    {
        var file = Path.Combine(_town.Folder, "place");
        Send("REQUEST", "First");
        var first = _town.WigwagIn(_beads, "wait", "--follow", "--unread", "--json", "--timeout", "1", "--cursor-file", file).Fine();
        var message = JsonDocument.Parse(first.Output.Trim()).RootElement;
        Assert.Equal("First", message.GetProperty("subject").GetString());
        Assert.Equal(File.ReadAllText(file).Trim(), message.GetProperty("after").GetString());

        Send("REQUEST", "Second");
        using var follow = Follow("--cursor-file", file);
        Assert.Contains("Second", await Line(follow), StringComparison.Ordinal);
        follow.Kill();
    }

    [Fact]
    public async Task The_sender_sees_that_it_was_delivered_to_who_watches()
    {
        using var follow = Follow();
        await Begun(follow);
        Send("REQUEST", "Loud");
        await Line(follow);
        Town.Until(
            () => _town.WigwagIn(_vc, "sent", "--json").Fine().Json.GetProperty("messages")[0].GetProperty("recipients")[0] is var receipt
                && receipt.GetProperty("delivery").GetString() == "delivered" && receipt.GetProperty("delivered_via").GetString() == "wait",
            "the sender saw it delivered");
        Assert.Contains("delivered", _town.WigwagIn(_vc, "sent").Fine().Output, StringComparison.Ordinal);
        follow.Kill();
    }

    [Fact]
    public void Without_a_server_there_is_nothing_to_follow()
    {
        var ran = _town.WigwagIn(_beads, "wait", "--follow", "--no-server");
        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("needs a server", ran.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void With_all_it_prints_what_wakes_nobody_too()
    {
        Send("INFO", "Quiet");
        var ran = _town.WigwagIn(_beads, "wait", "--follow", "--all", "--unread", "--timeout", "0").Fine();
        Assert.Contains("Quiet", ran.Output, StringComparison.Ordinal);
        var nothing = _town.WigwagIn(_beads, "wait", "--follow", "--unread", "--timeout", "0");
        Assert.Equal((11, ""), (nothing.ExitCode, nothing.Output));
    }

    public void Dispose() => _town.Dispose();

    private Process Follow(params string[] more) => _town.StartIn(_beads, ["wait", "--follow", .. more]);

    private void Send(string category, string subject) =>
        _town.WigwagIn(_vc, "send", "main/beads", subject, "--category", category, "--body", "…").Fine();

    /// <summary>A server that is asked, and gone without an answer.</summary>
    private async Task BreakOff(CancellationToken cancel)
    {
        var socket = Path.Combine(_town.Home, "wigwag.sock");
        File.Delete(socket);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen();
        using var connection = await listener.AcceptAsync(cancel);
        await connection.ReceiveAsync(new byte[8192], cancel);
        File.Delete(socket);
    }

    // How often its main thread went to sleep.
    private static long Turns(Process process) => process.HasExited ? 0 : long.Parse(
        File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal)).Split('\t')[1], null);

    private static async Task<string> Line(Process follow)
    {
        var line = await follow.StandardOutput.ReadLineAsync(new CancellationTokenSource(Patience).Token);
        return line ?? throw new InvalidOperationException($"It ended: {await follow.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    // What is sent from now on is printed: the first line of a marker that is sent until it is seen says so.
    private async Task Begun(Process follow)
    {
        var seen = Line(follow);
        var sent = 0;
        while (!seen.IsCompleted)
        {
            Send("REQUEST", "Marker");
            sent++;
            await Task.WhenAny(seen, Task.Delay(500, TestContext.Current.CancellationToken));
        }
        // The markers sent after the one that was seen.
        var first = await seen;
        var after = _town.WigwagIn(_vc, "sent", "--json").Fine().Json.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("message_id").GetString()!).Take(sent).TakeWhile(id => !first.Contains(id, StringComparison.Ordinal)).Count();
        for (var i = 0; i < after; i++)
        {
            await Line(follow);
        }
    }
}
