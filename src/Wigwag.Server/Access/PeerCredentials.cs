using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wigwag.Server.Access;

/// <summary>Who sits at the other end of a Unix socket, as the kernel says.</summary>
internal static partial class PeerCredentials
{
    private const int SolSocket = 1;
    private const int SoPeercred = 17;

    /// <summary>Marks a connection that the server's own user made over the Unix socket.</summary>
    private sealed class LocalPeer
    {
        public static readonly LocalPeer Mark = new();
    }

    /// <summary>True for a request that came over the Unix socket; its peer was found to be the server's own user.</summary>
    public static bool OverUnixSocket(this HttpContext context) => context.Features.Get<LocalPeer>() is not null;

    /// <summary>Ends connections of other users at once, and marks those that remain.</summary>
    public static ConnectionDelegate Require(ConnectionDelegate next, ILogger log) => connection =>
    {
        var peer = PeerOf(connection);
        if (peer is { } uid && uid != EffectiveUser())
        {
            log.RefusedPeer(uid);
            connection.Abort();
            return Task.CompletedTask;
        }
        connection.Features.Set(LocalPeer.Mark);
        return next(connection);
    };

    // Only Linux has SO_PEERCRED; elsewhere the modes of the socket and its directory keep other users out.
    private static uint? PeerOf(ConnectionContext connection)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The connection has no socket.");
        Span<byte> credentials = stackalloc byte[3 * sizeof(int)];
        var length = socket.GetRawSocketOption(SolSocket, SoPeercred, credentials);
        return length == credentials.Length
            ? MemoryMarshal.Read<uint>(credentials[sizeof(int)..])
            : throw new SocketException((int)SocketError.OperationNotSupported);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
