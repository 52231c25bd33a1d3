using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>
/// Clients' subscriptions to resources: kept with the session by the older revisions, one open request since 2026-07-28.
/// </summary>
internal sealed class Subscriptions(EventHub hub, CancellationToken stopping)
{
    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    private readonly ConcurrentDictionary<Watch, byte> _watches = [];
    private readonly Lock _start = new();
    private Task? _following;

    public ValueTask<EmptyResult> Subscribe(RequestContext<SubscribeRequestParams> request, CancellationToken cancel)
    {
        var call = McpCall.Of(request);
        var session = call.Session!;
        Add(session.Watching(() => Open(call.Caller, (uri, token) => session.Streams.Send(uri, JsonSerializer.SerializeToUtf8Bytes(Updated(uri, null), MessageType), token), stopping)), request.Params.Uri);
        return ValueTask.FromResult(new EmptyResult());
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
        await using var watch = Open(McpCall.Of(request).Caller, Tell, cancel);
        foreach (var uri in wanted)
        {
            Add(watch, uri);
        }
        // Nothing else of what a client can ask for ever changes while the server runs.
        var granted = new SubscriptionsListenNotifications { ResourceSubscriptions = wanted.Count > 0 ? wanted : null };
        await request.Server.SendMessageAsync(Acknowledged(granted, id), cancel);
        watch.Connect([]);
        await watch.Telling;
        cancel.ThrowIfCancellationRequested();
        return new EmptyResult();

        async Task<bool> Tell(string uri, CancellationToken token)
        {
            await request.Server.SendMessageAsync(Updated(uri, id), token);
            return true;
        }
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

    private Watch Open(Caller caller, Func<string, CancellationToken, Task<bool>> tell, CancellationToken ends)
    {
        var watch = new Watch(caller, tell, ended => _watches.TryRemove(ended, out _), ends);
        _watches[watch] = 0;
        lock (_start)
        {
            _following ??= Follow(hub.Subscribe(Everything, after: null, stopping));
        }
        return watch;
    }

    // Marks what changed, in every watch, for as long as the server runs. Who has fallen behind goes on where it was.
    private async Task Follow(IAsyncEnumerable<Event> facts)
    {
        long? last = null;
        while (true)
        {
            try
            {
                await foreach (var e in facts)
                {
                    last = e.Seq;
                    foreach (var (watch, _) in _watches)
                    {
                        watch.Note(e);
                    }
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            if (stopping.IsCancellationRequested)
            {
                return;
            }
            facts = hub.Subscribe(Everything, last, stopping);
        }
    }

    private static bool Everything(Event e) => true;

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
