using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Streams;

/// <summary>I18: readers that open the stream and do not read it hold nobody up, and cost a bounded memory.</summary>
public sealed class SlowReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Readers_that_do_not_read_hold_nobody_up()
    {
        var home = Path.Combine(_folder, "home");
        var readers = Scale.Of(100, 1000);
        var messages = Scale.Of(400, 5000);
        await using var server = await ServerProcess.Start(home);
        using var mailer = await Mailer.On(server);
        _ = (await mailer.Send("first")).Value;
        var stalled = new List<Socket>();
        for (var i = 0; i < readers; i++)
        {
            stalled.Add(await Open(server));
        }
        await using var follower = new Follower(home, "message.sent");
        var before = PrivateKilobytes(server.Id);
        // More than the kernel keeps for a reader, so that each of them really stands still.
        var body = new string('x', 8000);
        for (var i = 0; i < messages; i++)
        {
            _ = (await mailer.Send($"{i}", body: body)).Value;
        }
        Assert.Equal(messages + 1, (await follower.Until(messages + 1)).Count);
        var grown = PrivateKilobytes(server.Id) - before;
        stalled.ForEach(socket => socket.Dispose());
        Assert.InRange(grown, int.MinValue, 200_000);
        Scale.Tell("I18", $"{readers} readers that read nothing during {messages} messages: one that reads was told of all; the server's private memory grew by {grown / 1024} MB");
    }

    private static async Task<Socket> Open(ServerProcess server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        var token = (await File.ReadAllTextAsync(Path.Combine(server.Home, "token"))).Trim();
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/events?project=* HTTP/1.1\r\nHost: {server.Address.Authority}\r\nAuthorization: Bearer {token}\r\nLast-Event-ID: 0\r\n\r\n"));
        // The head of the answer says that it was let in; nothing is read after.
        var head = new byte[15];
        var count = await socket.ReceiveAsync(head);
        Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(head, 0, count));
        return socket;
    }

    private static int PrivateKilobytes(int process) => File.ReadLines($"/proc/{process}/smaps_rollup")
        .Where(line => line.StartsWith("Private_Dirty:", StringComparison.Ordinal))
        .Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();
}
