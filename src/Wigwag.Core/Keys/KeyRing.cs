using System.Collections.Concurrent;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Keys;

/// <summary>
/// Checks tokens. Keeps each key it has read for a second at most, and forgets it at once when told that it was revoked, so that
/// a revocation holds within a second even when the telling is lost.
/// </summary>
public sealed class KeyRing(IStore store) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly string NoHash = KeyToken.Hash("");

    private readonly ConcurrentDictionary<KeyId, Known> _known = new();
    private readonly ConcurrentDictionary<KeyId, Watch> _watched = new();
    private readonly ConcurrentDictionary<KeyId, bool> _revoked = new();

    private sealed record Known(KeyBook.Stored Stored, long ReadAt);

    // The token outlives its source, which a revocation may dispose while another request asks for it.
    private sealed record Watch(CancellationTokenSource Source, CancellationToken Token);

    /// <summary>
    /// The live key that a token opens, or null. Takes the same time for a wrong secret as for an unknown key that was read. A key whose
    /// end was told opens nothing again, whatever the clock says after.
    /// </summary>
    public async ValueTask<Key?> Open(string token, CancellationToken cancel)
    {
        if (!KeyToken.TryRead(token, out var id))
        {
            return null;
        }
        var stored = await Find(id, cancel);
        return KeyToken.Same(KeyToken.Hash(token), stored?.Hash ?? NoHash) && stored is not null && stored.Key.IsLive(store.Clock.GetUtcNow()) && !Ended(stored.Key).IsCancellationRequested
            ? stored.Key
            : null;
    }

    /// <summary>Cancelled when the key is revoked or expires; what is open under the key ends then.</summary>
    public CancellationToken Ended(Key key)
    {
        var watch = _watched.GetOrAdd(key.KeyId, _ => NewWatch(key)).Token;
        return _revoked.ContainsKey(key.KeyId) ? new CancellationToken(canceled: true) : watch;
    }

    /// <summary>Called for each revocation that the log tells of.</summary>
    public void Forget(KeyId key)
    {
        // First the mark: a check that read the key before its revocation, and keeps it after, finds the mark.
        _revoked.TryAdd(key, true);
        _known.TryRemove(key, out _);
        if (_watched.TryRemove(key, out var watch))
        {
            watch.Source.Cancel();
            watch.Source.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var watch in _watched.Values)
        {
            watch.Source.Dispose();
        }
    }

    // A timer has at most 49 days; no stream is open for so long.
    private Watch NewWatch(Key key)
    {
        var source = key.ExpiresAt - store.Clock.GetUtcNow() is { } left && left < TimeSpan.FromDays(49)
            ? new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, store.Clock)
            : new CancellationTokenSource();
        return new(source, source.Token);
    }

    private async ValueTask<KeyBook.Stored?> Find(KeyId id, CancellationToken cancel)
    {
        if (_known.TryGetValue(id, out var known) && store.Clock.GetElapsedTime(known.ReadAt) < Fresh)
        {
            return known.Stored;
        }
        var readAt = store.Clock.GetTimestamp();
        var found = await store.Read<KeyBook.Stored?>(Caller.System, async (session, _) => await KeyBook.Find(session, id), cancel);
        if (found.Value is { } stored)
        {
            _known[id] = new(stored, readAt);
        }
        return found.Value;
    }
}
