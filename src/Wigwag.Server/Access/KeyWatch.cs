using Wigwag.Core.Feed;
using Wigwag.Core.Keys;

namespace Wigwag.Server.Access;

/// <summary>Tells the ring of each key that the log says was revoked, by whichever server.</summary>
internal sealed class KeyWatch
{
    public KeyWatch(KeyRing keys, EventHub hub, CancellationToken stopping) =>
        Watching = Watch(keys, hub.Subscribe(e => e.Kind == KeysFeature.Revoked.Name, after: null, stopping), stopping);

    /// <summary>Ends when the server stops.</summary>
    public Task Watching { get; }

    private static async Task Watch(KeyRing keys, IAsyncEnumerable<Event> revocations, CancellationToken stopping)
    {
        try
        {
            await foreach (var e in revocations)
            {
                keys.Forget(KeyId.Parse(e.Subject));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It watches for as long as the server runs.
        }
    }
}
