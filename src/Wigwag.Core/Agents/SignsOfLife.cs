using System.Collections.Concurrent;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Agents;

/// <summary>
/// Notes that an agent is there when what it did wrote nothing: after a query, a refusal, or while it waits. The note is written
/// behind the answer's back, at most once in <see cref="Signs.RememberedEvery"/> for an agent; when the store is busy or away it
/// is left out, because the agent's next sign says the same.
/// </summary>
internal sealed class SignsOfLife(IStore store)
{
    private const int MostWrites = 16;
    private const int MostAgents = 10_000;

    private readonly ConcurrentDictionary<AgentId, DateTimeOffset> _noted = new();
    private int _writes;

    /// <summary>The agent's command noted it in its own transaction.</summary>
    public void Noted(Caller caller)
    {
        if (caller.Agent is { } agent)
        {
            if (_noted.Count >= MostAgents)
            {
                _noted.Clear();
            }
            _noted[agent] = store.Clock.GetUtcNow();
        }
    }

    /// <summary>Writes the note, unless one was written lately; never waits for it.</summary>
    public void Note(Caller caller)
    {
        if (caller.Agent is not { } agent
            || (_noted.TryGetValue(agent, out var at) && store.Clock.GetUtcNow() - at < Signs.RememberedEvery))
        {
            return;
        }
        if (Interlocked.Increment(ref _writes) > MostWrites)
        {
            Interlocked.Decrement(ref _writes);
            return;
        }
        Noted(caller);
        _ = Write(caller, agent);
    }

    private async Task Write(Caller caller, AgentId agent)
    {
        try
        {
            await store.Write<AgentId>(caller, async (session, _) =>
            {
                await AgentRegistry.Seen(session);
                return agent;
            }, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            _noted.TryRemove(agent, out _);
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }
}
