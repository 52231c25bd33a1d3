using Wigwag.Core.Keys;
using Wigwag.Core.Operations;

namespace Wigwag.Server;

/// <summary>What the endpoints of one running server work with.</summary>
public sealed class ServerParts : IDisposable
{
    internal ServerParts(ServerOptions options, CancellationToken stopping) =>
        (Options, Stopping, Dispatcher, Keys) = (options, stopping, new Dispatcher(options.Store, options.Blobs), new KeyRing(options.Store));

    public ServerOptions Options { get; }

    /// <summary>The one way in to the operations.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Cancelled when the server begins to stop: whatever waits or streams ends then.</summary>
    public CancellationToken Stopping { get; }

    internal KeyRing Keys { get; }

    internal TimeProvider Clock => Options.Store.Clock;

    public void Dispose() => Keys.Dispose();
}
