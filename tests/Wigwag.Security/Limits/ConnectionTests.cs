using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wigwag.Security.Limits;

/// <summary>Connections that say nothing, or bring no credential, make room for those that work.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousands_of_idle_connections_without_a_credential_cut_nobody_off()
    {
        var idle = Scale.Of(1_500, 5_000);
        await using var server = await RunningServer.Start(options => options with
        {
            Limits = options.Limits with { Connections = Scale.Of(1_000, 4_096), AnonymousConnectionsPerPeer = Scale.Of(800, 4_096), FirstRequestTimeout = TimeSpan.FromMinutes(10) },
        });
        // One that works already, and keeps its connection.
        using var working = await Open(server);
        Assert.Equal(200, await Ask(working, server, server.Token));
        var sockets = new List<Socket>();
        var served = 0;
        try
        {
            for (var i = 0; i < idle; i++)
            {
                sockets.Add(await Open(server));
                if (i % 3 == 1)
                {
                    await sockets[^1].SendAsync("GET /healthz HT"u8.ToArray(), Stop); // never said to the end
                }
                if (i % (idle / 20) == 0)
                {
                    Assert.Equal(200, await Ask(working, server, server.Token));
                    using var newcomer = await Open(server);
                    Assert.Equal(200, await Ask(newcomer, server, server.Token));
                    served++;
                }
            }
            Assert.Equal(200, await Ask(working, server, server.Token));
            Scale.Tell("Idle connections:", $"{idle} from one address without a credential: {served} newcomers served meanwhile, the one that worked was never cut off");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_connection_that_says_nothing_or_brings_no_credential_is_closed_soon_and_one_with_a_credential_is_kept()
    {
        await using var server = await RunningServer.Start(options => options with
        {
            Limits = options.Limits with { FirstRequestTimeout = TimeSpan.FromSeconds(3), AnonymousKeepAlive = TimeSpan.FromSeconds(1) },
        });
        using var working = await Open(server);
        Assert.Equal(200, await Ask(working, server, server.Token));
        using var anonymous = await Open(server);
        Assert.Equal(200, await Ask(anonymous, server, null));
        using var silent = await Open(server);
        await Ended(silent);
        await Ended(anonymous);
        Assert.Equal(200, await Ask(working, server, server.Token));
    }

    [Fact]
    public async Task When_every_connection_works_the_next_is_told_so()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { Connections = 3 } });
        var streams = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await Open(server));
            Assert.Equal(200, await Ask(streams[^1], server, server.Token, "/v1/events"));
        }
        var (status, answer) = await server.Raw($"GET /healthz HTTP/1.1\r\nHost: localhost:{server.Port}\r\n\r\n");
        Assert.True(status == 503, answer);
        Assert.Contains("\"code\":\"too_many_connections\"", answer, StringComparison.Ordinal);
        // The server's own user has another way in.
        using var local = server.SocketClient();
        await RunningServer.Ok(await local.Get("/v1/projects"));
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task One_address_that_has_its_share_closes_its_own_and_one_that_works_is_no_part_of_it()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { AnonymousConnectionsPerPeer = 5 } });
        using var working = await Open(server);
        Assert.Equal(200, await Ask(working, server, server.Token));
        var anonymous = new List<Socket>();
        for (var i = 0; i < 8; i++)
        {
            anonymous.Add(await Open(server));
            Assert.Equal(200, await Ask(anonymous[^1], server, null));
        }
        await Ended(anonymous[0]);
        Assert.Equal(200, await Ask(anonymous[^1], server, null));
        Assert.Equal(200, await Ask(working, server, server.Token));
        anonymous.ForEach(socket => socket.Dispose());
    }

    private static async Task<Socket> Open(RunningServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port), Stop);
        return socket;
    }

    private static async Task<int> Ask(Socket socket, RunningServer server, string? token, string? path = null)
    {
        var credential = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path ?? (token is null ? "/healthz" : "/v1/projects")} HTTP/1.1\r\nHost: localhost:{server.Port}\r\n{credential}\r\n"), Stop);
        var buffer = new byte[16 * 1024];
        var read = await socket.ReceiveAsync(buffer, Stop);
        return read < 12 ? 0 : int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task Ended(Socket socket)
    {
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stop) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset is an end, too.
        }
    }
}
