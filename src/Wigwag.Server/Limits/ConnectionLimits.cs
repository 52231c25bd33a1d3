using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Wigwag.Core.Operations;
using Wigwag.Server.Http;

namespace Wigwag.Server.Limits;

/// <summary>
/// Lets TCP connections in up to a limit. When it is reached, or one address has its share, one that is idle and over which no credential
/// came makes room, the longest idle first; then one that is idle though a credential came. Where none can, the newcomer is told. The Unix socket is
/// its own user's alone and not counted.
/// </summary>
internal sealed class ConnectionLimits(ServerLimits limits)
{
    // One that was used a moment ago will be used again.
    private static readonly TimeSpan LeastIdle = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<OpenConnection> _open = [];
    private readonly Dictionary<IPAddress, int> _anonymous = [];

    public ConnectionDelegate Admit(ConnectionDelegate next) => async connection =>
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        using var opened = new OpenConnection(connection, peer, limits, Authenticated);
        if (!TryEnter(opened))
        {
            await Refuse(connection);
            return;
        }
        try
        {
            connection.Features.Set(opened);
            await next(connection);
        }
        finally
        {
            Leave(opened);
        }
    };

    private bool TryEnter(OpenConnection opened)
    {
        OpenConnection? leaves = null;
        lock (_lock)
        {
            if (_anonymous.GetValueOrDefault(opened.Peer) >= limits.AnonymousConnectionsPerPeer)
            {
                leaves = Longest(each => each.Peer.Equals(opened.Peer) && !each.IsAuthenticated);
            }
            if (leaves is null && _open.Count >= limits.Connections)
            {
                var now = Environment.TickCount64;
                leaves = Longest(each => !each.IsAuthenticated) ?? Longest(each => now - each.IdleSince > LeastIdle.TotalMilliseconds);
                if (leaves is null)
                {
                    return false;
                }
            }
            if (leaves is not null)
            {
                Remove(leaves);
            }
            _open.Add(opened);
            Count(opened, 1);
        }
        leaves?.End();
        return true;
    }

    private OpenConnection? Longest(Func<OpenConnection, bool> which) => _open.Where(each => each.IsIdle && which(each)).MinBy(each => each.IdleSince);

    private void Leave(OpenConnection opened)
    {
        lock (_lock)
        {
            Remove(opened);
        }
    }

    private void Authenticated(OpenConnection opened)
    {
        lock (_lock)
        {
            if (_open.Contains(opened))
            {
                Count(opened, -1);
                opened.IsCounted = false;
            }
        }
    }

    private void Remove(OpenConnection opened)
    {
        if (_open.Remove(opened) && opened.IsCounted)
        {
            Count(opened, -1);
        }
    }

    private void Count(OpenConnection opened, int more)
    {
        if ((_anonymous[opened.Peer] = _anonymous.GetValueOrDefault(opened.Peer) + more) == 0)
        {
            _anonymous.Remove(opened.Peer);
        }
    }

    private static async Task Refuse(ConnectionContext connection)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(Problem.Of(Full), ProblemJson.Default.Problem);
        var head = $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {Problem.MediaType}\r\nContent-Length: {body.Length}\r\nRetry-After: 5\r\nConnection: close\r\n\r\n";
        await connection.Transport.Output.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]);
        await connection.Transport.Output.CompleteAsync();
    }

    private static readonly Error Full = Error.Unavailable(
        "too_many_connections", "The server has as many connections as it takes, and all of them are in use.", "Try again in a few seconds; keep one connection for many requests.");
}
