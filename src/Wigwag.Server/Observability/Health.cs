using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Observability;

/// <summary>Tells those who watch the server whether it lives and whether it can do its work; nothing else.</summary>
internal sealed class Health(ServerParts parts)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly byte[] Ok = "{\"status\":\"ok\"}"u8.ToArray();

    private readonly Lock _gate = new();
    private long _checkedAt;
    private Task<bool>? _check;

    public void Map(IEndpointRouteBuilder routes)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        routes.MapMethods("/healthz", methods, Say).WithMetadata(AnonymousEndpoint.Mark);
        routes.MapMethods("/readyz", methods, async context => await (await IsReady() ? Say(context) : context.Refuse(NotReady)))
            .WithMetadata(AnonymousEndpoint.Mark);
    }

    // Anyone may ask, so that the store is asked once a second at most, and once for all who ask meanwhile.
    private Task<bool> IsReady()
    {
        lock (_gate)
        {
            if (_check is null || (_check.IsCompleted && parts.Clock.GetElapsedTime(_checkedAt) > TimeSpan.FromSeconds(1)))
            {
                _checkedAt = parts.Clock.GetTimestamp();
                _check = Check();
            }
            return _check;
        }
    }

    // A transaction that changes nothing goes the writer's whole way, and costs no fsync.
    private async Task<bool> Check()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(parts.Stopping);
        patience.CancelAfter(Patience);
        var store = parts.Options.Store;
        try
        {
            await store.Read<object>(Caller.System, async (session, _) => await Core.Feed.Log.End(session), patience.Token).AsTask().WaitAsync(patience.Token);
            await store.Write<object>(Caller.System, (_, _) => ValueTask.FromResult<Result<object>>(Ok), patience.Token).AsTask().WaitAsync(patience.Token);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return false;
        }
    }

    private static Task Say(HttpContext context) => context.Answer(Ok);

    private static readonly Error NotReady = Error.Unavailable("not_ready", "The store does not answer.", "Ask again in a second.");
}
