using Microsoft.Extensions.Logging;
using Wigwag.Core.Issues.Trackers;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;

namespace Wigwag.Server;

/// <summary>What a server does without being asked: it carries changes of issues to their trackers, tells of messages that nobody acknowledged in time and of leases that are over, and forgets old idempotency keys.</summary>
internal sealed class Chores : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    public Chores(ServerOptions options, ILoggerFactory logs) => _work = Task.WhenAll(
        new TrackerReader(options.Store, [new BuiltInTracker()], logs.CreateLogger<TrackerReader>()).Run(_stop.Token),
        new Deadlines(options.Store).Run(_stop.Token),
        new LeaseWatch(options.Store).Run(_stop.Token),
        new IdempotencyKeyRetention(options.Store).Run(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }
}
