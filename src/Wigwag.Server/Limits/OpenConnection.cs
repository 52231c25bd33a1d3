using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Wigwag.Server.Limits;

/// <summary>A TCP connection, as far as it matters to whether it may stay.</summary>
internal sealed class OpenConnection : IDisposable
{
    private readonly ConnectionContext _connection;
    private readonly Timer _patience;
    private readonly TimeSpan _keepAlive;
    private readonly Action<OpenConnection> _told;
    private int _underWay;
    private int _isAuthenticated;

    /// <param name="connection">The connection.</param>
    /// <param name="peer">Where it comes from.</param>
    /// <param name="limits">How long it may say nothing before a credential came over it.</param>
    /// <param name="authenticated">Told once, when one did.</param>
    public OpenConnection(ConnectionContext connection, IPAddress peer, ServerLimits limits, Action<OpenConnection> authenticated)
    {
        (_connection, Peer, _keepAlive, _told) = (connection, peer, limits.AnonymousKeepAlive, authenticated);
        _patience = new(_ => EndIfUnused(), null, limits.FirstRequestTimeout, Timeout.InfiniteTimeSpan);
    }

    public IPAddress Peer { get; }

    /// <summary>True once a request with a valid credential came over it.</summary>
    public bool IsAuthenticated => Volatile.Read(ref _isAuthenticated) != 0;

    /// <summary>True while it is one of its address's without a credential; for <see cref="ConnectionLimits"/>, under its lock.</summary>
    public bool IsCounted { get; set; } = true;

    /// <summary>True while no request is under way.</summary>
    public bool IsIdle => Volatile.Read(ref _underWay) == 0;

    /// <summary>When the last request ended, or when it was opened.</summary>
    public long IdleSince { get; private set; } = Environment.TickCount64;

    /// <summary>Notes that the request of this context has a valid credential.</summary>
    public static void Authenticated(HttpContext context)
    {
        if (context.Features.Get<OpenConnection>() is { IsAuthenticated: false } connection && Interlocked.Exchange(ref connection._isAuthenticated, 1) == 0)
        {
            connection._told(connection);
            connection._patience.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Notes a request while it is under way.</summary>
    public static async Task Track(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<OpenConnection>() is not { } connection)
        {
            await next(context);
            return;
        }
        Interlocked.Increment(ref connection._underWay);
        try
        {
            await next(context);
        }
        finally
        {
            connection.IdleSince = Environment.TickCount64;
            Interlocked.Decrement(ref connection._underWay);
            if (!connection.IsAuthenticated)
            {
                connection._patience.Change(connection._keepAlive, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Ends it; whoever is at the other end sees it closed.</summary>
    public void End() => _connection.Abort(new ConnectionAbortedException("The connection made room for others, or said nothing for too long."));

    public void Dispose() => _patience.Dispose();

    private void EndIfUnused()
    {
        if (!IsAuthenticated && IsIdle)
        {
            End();
        }
    }
}
