using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ModelContextProtocol.Server;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>
/// The sessions that are open, each found only by the credential that opened it together with its 128-bit random name. Sessions
/// end when their client says so, when they idle, and, the longest idle first, when one credential or all together have too many.
/// </summary>
internal sealed class McpSessions(TimeProvider clock, TimeSpan streamPatience) : IAsyncDisposable
{
    public static readonly TimeSpan IdleLimit = TimeSpan.FromHours(2);
    public const int PerCredential = 1_000;
    public const int Total = 10_000;

    private readonly ConcurrentDictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);
    private long _lastSweep = clock.GetTimestamp();

    public int Count => _sessions.Count;

    /// <summary>The session of that name, when this caller opened it.</summary>
    public McpSession? Find(Caller caller, string id) => _sessions.GetValueOrDefault(Key(Principal(caller), id));

    /// <summary>A new session, or null when there are too many and none of them idles.</summary>
    public async ValueTask<McpSession?> Open(Caller caller, McpServerOptions options)
    {
        await Sweep();
        var principal = Principal(caller);
        var own = _sessions.Values.Where(session => session.Principal == principal).ToList();
        if ((own.Count >= PerCredential && !await CloseIdlest(own)) || (_sessions.Count >= Total && !await CloseIdlest(_sessions.Values)))
        {
            return null;
        }
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var opened = new McpSession(id, principal, options, clock, streamPatience);
        _sessions[Key(principal, id)] = opened;
        return opened;
    }

    /// <summary>Ends a session; false when it had ended already.</summary>
    public async ValueTask<bool> Close(McpSession session)
    {
        if (!_sessions.TryRemove(Key(session.Principal, session.Id), out _))
        {
            return false;
        }
        await session.DisposeAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions.Values)
        {
            await Close(session);
        }
    }

    // Looking on when a session is opened is enough: idle sessions cost memory only, and only new ones add to it.
    private async ValueTask Sweep()
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _lastSweep)) < TimeSpan.FromMinutes(1))
        {
            return;
        }
        Volatile.Write(ref _lastSweep, clock.GetTimestamp());
        foreach (var session in _sessions.Values.Where(session => session.IdleFor > IdleLimit).ToList())
        {
            await Close(session);
        }
    }

    private async ValueTask<bool> CloseIdlest(IEnumerable<McpSession> among) =>
        among.Where(session => session.IsIdle).MaxBy(session => session.IdleFor) is { } idlest && await Close(idlest);

    private static string Principal(Caller caller) => $"{caller.Credential} {caller.Agent}";

    private static string Key(string principal, string id) => $"{principal}:{id}";
}
