using System.Collections.Concurrent;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

/// <summary>
/// Notes that an agent's session is there when what it did wrote nothing: after a query, a refusal, or while it waits or keeps a connection
/// open. The note is written behind the answer's back, at most once in <see cref="Signs.RememberedEvery"/> for a session; when the store is
/// busy or away it is left out, because the session's next sign says the same.
/// </summary>
internal sealed class SignsOfLife(IStore store)
{
    private const int MostWrites = 16;
    private const int MostSessions = 10_000;

    private readonly ConcurrentDictionary<(AgentId Agent, string Session), Noting> _noted = new();
    private int _writes;

    private sealed record Noting(DateTimeOffset At);

    /// <summary>The session's command noted it in its own transaction.</summary>
    public void Noted(Caller caller)
    {
        if (caller.Agent is { } agent)
        {
            Remember(agent, caller.Session.Value);
        }
    }

    /// <summary>Writes the note, unless one was written lately; never waits for it.</summary>
    public void Note(Caller caller)
    {
        if (caller.Agent is not { } agent
            || (_noted.TryGetValue((agent, caller.Session.Value), out var noted) && store.Clock.GetUtcNow() - noted.At < Signs.RememberedEvery))
        {
            return;
        }
        if (Interlocked.Increment(ref _writes) > MostWrites)
        {
            Interlocked.Decrement(ref _writes);
            return;
        }
        _ = Write(caller, agent, Remember(agent, caller.Session.Value));
    }

    /// <summary>Notes it until disposed.</summary>
    public IDisposable Stay(Caller caller)
    {
        Note(caller);
        return store.Clock.CreateTimer(_ => Note(caller), null, Signs.HeartbeatEvery, Signs.HeartbeatEvery);
    }

    /// <summary>The agent's sessions may have ended: the next sign of each is written, and none that came before.</summary>
    public void Forget(AgentId? agent)
    {
        foreach (var (key, _) in _noted)
        {
            if (key.Agent == agent)
            {
                _noted.TryRemove(key, out _);
            }
        }
    }

    private Noting Remember(AgentId agent, string session)
    {
        if (_noted.Count >= MostSessions)
        {
            _noted.Clear();
        }
        return _noted[(agent, session)] = new Noting(store.Clock.GetUtcNow());
    }

    private async Task Write(Caller caller, AgentId agent, Noting noting)
    {
        try
        {
            await store.Write<object>(caller, async (session, _) =>
            {
                // A goodbye since then is not taken back by what came before it.
                if (_noted.TryGetValue((agent, caller.Session.Value), out var last) && ReferenceEquals(last, noting))
                {
                    await AgentSessions.Seen(session);
                }
                return noting;
            }, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            _noted.TryRemove(KeyValuePair.Create((agent, caller.Session.Value), noting));
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }
}
