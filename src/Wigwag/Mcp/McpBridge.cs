using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Mcp;

/// <summary>
/// MCP over standard input and output for a server that speaks it over HTTP: each line is posted as it is, each answer is a line.
/// It holds no state of the domain. What it adds is staying connected: requests that a restart of the server broke off are sent
/// again, under a key that makes the repeat harmless, and sessions and subscriptions are opened again.
/// </summary>
internal sealed class McpBridge(Upstream upstream, ClientInput input, ClientOutput output, Channel channel, TextWriter log) : IDisposable
{
    private const int InternalError = -32603;
    private const int InvalidRequest = -32600;
    private const int ParseError = -32700;

    private static readonly Error TooLarge = Error.TooLarge(
        "body_too_large",
        $"The message has more than {RequestLimits.JsonBytes} bytes, the most that one may have.",
        "Send less; a large file goes by 'wigwag send --attach FILE'.");

    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(10);

    private readonly BridgeSession _session = new(upstream, output);
    private readonly ConcurrentDictionary<string, UnderWay> _underWay = new(StringComparer.Ordinal);
    private Task _stream = Task.CompletedTask;
    private Task? _delivering;

    /// <summary>Serves the client until it closes its end.</summary>
    public async Task Run(CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        while (await Next(cancel) is { } line)
        {
            if (line.Text is null)
            {
                await output.Error(line.Id, InvalidRequest, $"{TooLarge.Message} {TooLarge.Next}", JsonNode.Parse(Problems.Write(TooLarge)), cancel);
                continue;
            }
            if (line.Text.Length == 0)
            {
                continue;
            }
            if (ClientMessage.Parse(line.Text) is not { } messages)
            {
                await output.Error(null, ParseError, "The line is not a JSON-RPC message.", null, cancel);
                continue;
            }
            foreach (var message in messages)
            {
                await Take(message, ends.Token);
            }
        }
        // A client that only pipes requests in has closed its end before they are answered; those that listen wait for nothing.
        await Task.WhenAll(_underWay.Values.Where(request => !request.Listens).Select(request => request.Done)).WaitAsync(LastAnswers, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
        await ends.CancelAsync();
        await Task.WhenAll([_stream, _delivering ?? Task.CompletedTask, .. _underWay.Values.Select(request => request.Done)]);
        await End(cancel);
    }

    public void Dispose() => _session.Dispose();

    private async Task End(CancellationToken cancel)
    {
        try
        {
            await _session.Close(cancel);
        }
        catch (HttpRequestException e)
        {
            log.WriteLine($"wigwag mcp: could not end the session: {e.Message}");
        }
        if (output.Broken.IsFaulted)
        {
            await output.Broken;
        }
    }

    // A client that cannot be answered is served no longer.
    private async Task<ClientLine?> Next(CancellationToken cancel)
    {
        var line = input.Read(cancel).AsTask();
        if (await Task.WhenAny(line, output.Broken) == output.Broken)
        {
            await output.Broken;
        }
        return await line;
    }

    private async Task Take(ClientMessage message, CancellationToken cancel)
    {
        if (message.CancelledId is { } id && _underWay.TryGetValue(id, out var cancelled) && cancelled.Cancel())
        {
            return;
        }
        channel.Meet(message);
        if (!message.IsStateless)
        {
            if (message.Method == RequestMethods.Initialize)
            {
                // A client that begins anew has left the session before, and its stream.
                await End(cancel);
            }
            _session.Note(message);
        }
        if (!message.IsRequest)
        {
            await Forward(message, null, cancel);
            if (message.Method == NotificationMethods.InitializedNotification && _stream.IsCompleted)
            {
                _stream = Stream(cancel);
            }
            if (message.Method == NotificationMethods.InitializedNotification)
            {
                _delivering ??= channel.Run(cancel);
            }
            return;
        }
        var request = new UnderWay(message, cancel);
        if (!_underWay.TryAdd(message.Id!, request))
        {
            await output.Error(message.Id, InvalidRequest, "A request with this id is under way.", null, cancel);
            return;
        }
        if (message.IsStateless && message.Method != RequestMethods.ServerDiscover)
        {
            // A client of the revision without sessions that asks for anything knows who it talks to.
            _delivering ??= channel.Run(cancel);
        }
        request.Done = Answer(message, request, cancel);
        if (message.Method == RequestMethods.Initialize)
        {
            // What follows belongs into the session that this opens.
            await request.Done;
        }
    }

    private async Task Answer(ClientMessage message, UnderWay request, CancellationToken cancel)
    {
        // Before anything else may wait: the reader must not be held up by one request.
        await Task.Yield();
        try
        {
            await Forward(message, request, request.Cancelled);
        }
        catch (OperationCanceledException) when (request.Cancelled.IsCancellationRequested)
        {
            // The client does not wait for it any more.
        }
        catch (Exception e) when (e is HttpRequestException or IOException or Refusal or UnreachableException)
        {
            log.WriteLine($"wigwag mcp: {message.Method} failed: {e.Message}");
            await output.Error(message.Id, InternalError, $"Wigwag's server cannot be reached: {e.Message}", null, cancel);
        }
        finally
        {
            _underWay.TryRemove(message.Id!, out _);
            request.Dispose();
        }
    }

    // Sends until there is an answer. A request that broke off in the middle is sent again with the same key.
    private async Task Forward(ClientMessage message, UnderWay? request, CancellationToken cancel)
    {
        var key = Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
        var retry = new Retry(request?.Listens == true ? Timeout.InfiniteTimeSpan : RequestPatience);
        while (true)
        {
            Exception failure;
            try
            {
                var session = _session.Id;
                using var response = await upstream.Send(HttpMethod.Post, message.Json, headers => Headers(headers, message, key), cancel);
                if (response.StatusCode == HttpStatusCode.NotFound && !message.IsStateless && message.Method != RequestMethods.Initialize && await _session.Renew(session, cancel))
                {
                    continue;
                }
                if (request is null || await Relay(message, request, response, cancel))
                {
                    return;
                }
                failure = new IOException("the answer broke off.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                failure = e;
            }
            if (!await retry.Wait(cancel))
            {
                throw failure;
            }
            // Only what the client asks for starts a server; one that was stopped is not started to go on listening.
            if (request?.IsListening != true)
            {
                await upstream.Start(cancel);
            }
        }
    }

    private void Headers(HttpRequestHeaders headers, ClientMessage message, string key)
    {
        headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (!message.IsStateless)
        {
            if (message.Method != RequestMethods.Initialize)
            {
                _session.Identify(headers);
            }
            return;
        }
        headers.TryAddWithoutValidation("MCP-Protocol-Version", message.Version);
        headers.TryAddWithoutValidation("Mcp-Method", message.Method);
        if (message.Name is { } name)
        {
            headers.TryAddWithoutValidation("Mcp-Name", McpHeaderEncoder.EncodeValue(name));
        }
    }

    // True when the answer came, and was passed on.
    private async Task<bool> Relay(ClientMessage message, UnderWay request, HttpResponseMessage response, CancellationToken cancel)
    {
        if (!response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return false;
            }
            await Refuse(message, await response.Content.ReadAsStringAsync(cancel), response.StatusCode, cancel);
            return true;
        }
        await foreach (var json in Events.Of(response, cancel))
        {
            using var document = JsonDocument.Parse(json);
            var isAnswer = document.RootElement.TryGetProperty("id", out _) && !document.RootElement.TryGetProperty("method", out _);
            if (isAnswer && message.Method == RequestMethods.Initialize)
            {
                _session.Opened(response, json);
            }
            if (!isAnswer && document.RootElement.TryGetProperty("method", out var method) && method.ValueEquals(NotificationMethods.SubscriptionsAcknowledgedNotification) && !request.Acknowledge())
            {
                // It listens again after a restart and may have missed something.
                foreach (var uri in message.Subscriptions)
                {
                    await output.Updated(uri, message.Id, cancel);
                }
                continue;
            }
            var describes = isAnswer && message.Method is RequestMethods.Initialize or RequestMethods.ServerDiscover;
            await output.Write(describes ? channel.Declare(json) : json, cancel);
            if (isAnswer)
            {
                return true;
            }
        }
        // Without an answer: what the client cancelled has none.
        return request.IsCancelled;
    }

    // A refusal of MCP's own goes through with the id of the request; one of HTTP becomes one.
    private async Task Refuse(ClientMessage message, string body, HttpStatusCode status, CancellationToken cancel)
    {
        JsonObject? said = null;
        try
        {
            said = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            // Something between us and the server answered; the status is all that is known.
        }
        if (said?["error"] is JsonObject error)
        {
            await output.Error(message.Id, error["code"]?.GetValue<int>() ?? InternalError, error["message"]?.GetValue<string>() ?? "", error["data"]?.DeepClone(), cancel);
            return;
        }
        var text = said?["detail"] is { } detail ? $"{detail} {said["next"]}" : $"The server answered {(int)status}.";
        await output.Error(message.Id, InternalError, text, said?.DeepClone(), cancel);
    }

    // The stream of notifications that a session has beside its requests.
    private async Task Stream(CancellationToken cancel)
    {
        await Task.Yield();
        var retry = new Retry(Timeout.InfiniteTimeSpan);
        var isLost = false;
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    var session = _session.Id;
                    using var response = await upstream.Send(HttpMethod.Get, null, _session.Identify, cancel);
                    isLost = false;
                    if (response.StatusCode == HttpStatusCode.NotFound)
                    {
                        await _session.Renew(session, cancel);
                    }
                    else if (response.IsSuccessStatusCode)
                    {
                        await foreach (var json in Events.Of(response, cancel))
                        {
                            retry.Reset();
                            await output.Write(json, cancel);
                        }
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException or Refusal or UnreachableException)
                {
                    if (!isLost)
                    {
                        log.WriteLine($"wigwag mcp: lost the stream of notifications: {e.Message}");
                    }
                    isLost = true;
                }
                await retry.Wait(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The client closed its end.
        }
    }

    private sealed class UnderWay(ClientMessage message, CancellationToken ends) : IDisposable
    {
        private readonly CancellationTokenSource _cancelled = CancellationTokenSource.CreateLinkedTokenSource(ends);
        private bool _acknowledged;

        public Task Done { get; set; } = Task.CompletedTask;

        public CancellationToken Cancelled => _cancelled.Token;

        public bool IsCancelled { get; private set; }

        public bool Listens => message.Method == RequestMethods.SubscriptionsListen;

        /// <summary>True once the server has begun to tell what changes.</summary>
        public bool IsListening => _acknowledged;

        /// <summary>True for the first acknowledgement of a subscription, which alone the client is to see.</summary>
        public bool Acknowledge() => !_acknowledged && (_acknowledged = true);

        /// <summary>Gives up on it; true when that is all there is to do, because closing the response is the cancellation.</summary>
        public bool Cancel()
        {
            IsCancelled = true;
            if (message.IsStateless)
            {
                _cancelled.Cancel();
            }
            return message.IsStateless;
        }

        public void Dispose() => _cancelled.Dispose();
    }
}
