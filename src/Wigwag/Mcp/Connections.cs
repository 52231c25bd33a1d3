using System.Net.Sockets;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;

namespace Wigwag.Program.Mcp;

/// <summary>How the bridge's requests, many at once and some without an end, reach a server.</summary>
internal static class Connections
{
    /// <summary>To this user's own server.</summary>
    public static HttpClient To(Home home) => Client(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(home.Socket), cancel);
                if (OperatingSystem.IsLinux() && Libc.PeerUserId((int)socket.Handle) != Libc.UserId)
                {
                    throw new Refusal(Error.Forbidden(
                        "foreign_server", $"The server at {home.Socket} belongs to another user.", "Set WIGWAG_HOME to a directory of your own."));
                }
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    /// <summary>To a server elsewhere. A redirect could carry the key to somebody else, so none is followed.</summary>
    public static HttpClient Elsewhere() =>
        Client(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) });

    private static HttpClient Client(SocketsHttpHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };
}
