using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Server.Mcp;

/// <summary>
/// Clients' subscriptions to resources: kept with the session by the older revisions, one open request since 2026-07-28. One
/// reader of the log serves them all.
/// </summary>
internal sealed class Subscriptions(IStore store, CancellationToken stopping)
{
    private const int Page = 500;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Watch, byte> _watches = [];
    private readonly Lock _start = new();
    private Task<long>? _started;

    public async ValueTask<EmptyResult> Subscribe(RequestContext<SubscribeRequestParams> request, CancellationToken cancel)
    {
        var call = McpCall.Of(request);
        var session = call.Session!;
        Add(session.Watching(() => Open(call.Caller, (uri, token) => session.Server.SendMessageAsync(Updated(uri, null), token), stopping)), request.Params.Uri);
        await Started();
        return new EmptyResult();
    }

    public static ValueTask<EmptyResult> Unsubscribe(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancel)
    {
        McpCall.Of(request).Session!.Watched?.Remove(request.Params.Uri);
        return ValueTask.FromResult(new EmptyResult());
    }

    /// <summary>Serves one open request until its client closes it.</summary>
    public async ValueTask<EmptyResult> Listen(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancel)
    {
        var id = request.JsonRpcRequest.Id;
        var wanted = request.Params.Notifications.ResourceSubscriptions ?? [];
        await using var watch = Open(McpCall.Of(request).Caller, (uri, token) => request.Server.SendMessageAsync(Updated(uri, id), token), cancel);
        foreach (var uri in wanted)
        {
            Add(watch, uri);
        }
        await Started();
        // Nothing else of what a client can ask for ever changes while the server runs.
        var granted = new SubscriptionsListenNotifications { ResourceSubscriptions = wanted.Count > 0 ? wanted : null };
        await request.Server.SendMessageAsync(Acknowledged(granted, id), cancel);
        watch.Connect(again: false);
        await watch.Telling;
        cancel.ThrowIfCancellationRequested();
        return new EmptyResult();
    }

    private static void Add(Watch watch, string uri)
    {
        // An address of another server's making is nothing that could change here; one of ours that names nothing is a mistake.
        if (!ResourceShape.TryFind(uri, out _, out _) && (uri.StartsWith("wigwag:", StringComparison.Ordinal) || uri.StartsWith("work:", StringComparison.Ordinal)))
        {
            throw new McpProtocolException($"There is no resource {uri}.", McpErrorCode.InvalidParams);
        }
        if (!watch.Add(uri))
        {
            throw new McpProtocolException($"At most {Watch.Limit} resources can be subscribed to.", McpErrorCode.InvalidParams);
        }
    }

    private Watch Open(Caller caller, Func<string, CancellationToken, Task> tell, CancellationToken ends)
    {
        var watch = new Watch(caller, tell, ended => _watches.TryRemove(ended, out _), ends);
        _watches[watch] = 0;
        return watch;
    }

    // Whatever commits after this completed is noted.
    private Task<long> Started()
    {
        lock (_start)
        {
            if (_started is not { IsFaulted: false })
            {
                _started = Read(Core.Feed.Log.End);
                _ = _started.ContinueWith(start => Follow(start.Result), stopping, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            }
            return _started;
        }
    }

    private async Task Follow(long cursor)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var more = store.Committed();
                var page = await Read(async session => await Core.Feed.Log.After(session, cursor, Page));
                foreach (var e in page)
                {
                    cursor = e.Seq;
                    foreach (var (watch, _) in _watches)
                    {
                        watch.Note(e);
                    }
                }
                if (page.Count < Page)
                {
                    await more.WaitAsync(stopping);
                }
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(Retry, store.Clock, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<T> Read<T>(Func<Session, ValueTask<T>> read) =>
        (await store.Read<T>(Caller.System, async (session, _) => await read(session), stopping)).Value;

    private static JsonRpcNotification Updated(string uri, RequestId? subscription) => new()
    {
        Method = NotificationMethods.ResourceUpdatedNotification,
        Params = Tagged(new JsonObject { ["uri"] = uri }, subscription),
    };

    private static JsonRpcNotification Acknowledged(SubscriptionsListenNotifications granted, RequestId subscription) => new()
    {
        Method = NotificationMethods.SubscriptionsAcknowledgedNotification,
        Params = Tagged(
            new JsonObject { ["notifications"] = JsonSerializer.SerializeToNode(granted, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(SubscriptionsListenNotifications))) },
            subscription),
    };

    private static JsonObject Tagged(JsonObject parameters, RequestId? subscription)
    {
        if (subscription is { } id)
        {
            JsonNode tag = id.Id is long number ? number : id.ToString();
            parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = tag };
        }
        return parameters;
    }
}
