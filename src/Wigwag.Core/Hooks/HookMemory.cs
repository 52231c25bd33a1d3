using System.Collections.Concurrent;
using Wigwag.Core.Agents;

namespace Wigwag.Core.Hooks;

/// <summary>
/// What each session was told, so that it is told once. It is lost with the server, and then told once more: better than a
/// write to the disk at each prompt.
/// </summary>
internal sealed class HookMemory(TimeProvider clock)
{
    private const int MostSessions = 2000;

    private readonly ConcurrentDictionary<(AgentId, string), Told> _sessions = [];

    /// <summary>What one session was told.</summary>
    internal sealed class Told
    {
        private readonly HashSet<string> _once = new(StringComparer.Ordinal);

        public long UsedAt { get; set; }

        /// <summary>The place in the inbox up to which it knows; null before the first look.</summary>
        public string? After { get; set; }

        /// <summary>True the first time.</summary>
        public bool Once(string what)
        {
            lock (_once)
            {
                return _once.Count < 10_000 && _once.Add(what);
            }
        }
    }

    public Told Of(AgentId agent, string session)
    {
        var told = _sessions.GetOrAdd((agent, session), _ => new());
        told.UsedAt = clock.GetTimestamp();
        if (_sessions.Count > MostSessions)
        {
            foreach (var (old, _) in _sessions.OrderBy(each => each.Value.UsedAt).Take(MostSessions / 4))
            {
                _sessions.TryRemove(old, out _);
            }
        }
        return told;
    }

    public void Forget(AgentId agent, string session) => _sessions.TryRemove((agent, session), out _);
}
