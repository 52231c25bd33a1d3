using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Mcp;

/// <summary>
/// MCP over streamable HTTP at <c>/mcp</c>: since 2026-07-28 each POST stands alone; the revisions before have sessions. Which one
/// it is, the request says.
/// </summary>
internal sealed class McpEndpoint(McpFace face, ServerParts parts)
{
    // Not a code of MCP's own; what clients of the older revisions know it by.
    private const int SessionNotFound = -32001;
    private const int Refused = -32000;
    private const int MaxBatch = 100;
    private const string IsNoted = "wigwag.noted";

    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));
    private static readonly JsonTypeInfo<JsonRpcError> ErrorType = (JsonTypeInfo<JsonRpcError>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcError));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/mcp", PostAndNote).WithMetadata(KnowsSessions.Mark);
        routes.MapGet("/mcp", Get).WithMetadata(KnowsSessions.Mark);
        routes.MapDelete("/mcp", Delete).WithMetadata(KnowsSessions.Mark);
    }

    private async Task PostAndNote(HttpContext http)
    {
        try
        {
            await Post(http);
        }
        finally
        {
            // Also what was refused as no message says that its sender is there; in a session that has ended nobody is. What was answered said
            // so when it came, and not again: it may have been a goodbye.
            var id = http.Request.Headers[McpHeaders.SessionId].ToString() is { Length: > 0 } asked ? asked : http.Response.Headers[McpHeaders.SessionId].ToString();
            var session = id.Length == 0 ? null : parts.McpSessions.Find(http.CallerOf(), id);
            if (!http.Items.ContainsKey(IsNoted) && (session is not null || id.Length == 0 || NamesSession(http)))
            {
                parts.Dispatcher.Note(session is null ? http.CallerOf() : In(session, http));
            }
        }
    }

    private IDisposable Stay(HttpContext http, Caller caller)
    {
        http.Items[IsNoted] = true;
        return parts.Dispatcher.Stay(caller);
    }

    private async Task Post(HttpContext http)
    {
        if (!OperationRoutes.Accepts(http.Request, "application/json") || !OperationRoutes.Accepts(http.Request, "text/event-stream"))
        {
            await Refuse(http, StatusCodes.Status406NotAcceptable, Refused, "The client must accept both application/json and text/event-stream.");
            return;
        }
        if (!Toolsets.Parse(http.Request.Query["toolsets"]).Try(out var toolsets, out var unknown))
        {
            await Refuse(http, StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, $"{unknown.Message} {unknown.Next}");
            return;
        }
        if (!(await RequestBody.Read(http, parts.Options.Limits.BodyBytes, "Send less; a large file goes by 'wigwag send --attach FILE' or PUT /v1/attachments.")).Try(out var sent, out var tooLarge))
        {
            await Refuse(http, StatusCodes.Status413PayloadTooLarge, (int)McpErrorCode.InvalidRequest, $"{tooLarge.Message} {tooLarge.Next}");
            return;
        }
        JsonDocument body;
        try
        {
            // Of a name that is there twice one reader takes the first and another the last.
            var options = new JsonDocumentOptions { MaxDepth = RequestReader.MaxDepth + 8, AllowDuplicateProperties = false };
            body = JsonDocument.Parse(sent, options);
        }
        catch (JsonException)
        {
            await Refuse(http, StatusCodes.Status400BadRequest, (int)McpErrorCode.ParseError, "The body is not JSON, nests too deep, or gives a name twice.");
            return;
        }
        using (body)
        {
            var call = new McpCall(http.CallerOf(), toolsets, http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? key : null, null);
            var version = http.Request.Headers[McpHeaders.ProtocolVersion].ToString();
            if (McpHeaders.IsStateless(version) || McpHeaders.IsStateless(McpHeaders.Declared(body.RootElement)))
            {
                await PostStateless(http, body.RootElement, call);
            }
            else if (version.Length > 0 && !McpHeaders.Supported.Contains(version))
            {
                await Refuse(http, StatusCodes.Status400BadRequest, McpHeaders.Unsupported(version, McpHeaders.Supported), Id(body.RootElement));
            }
            else
            {
                await PostToSession(http, body.RootElement, call);
            }
        }
    }

    private async Task PostStateless(HttpContext http, JsonElement body, McpCall call)
    {
        if (body.ValueKind != JsonValueKind.Object || Read(body) is not { } message)
        {
            await Refuse(http, StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, "The body is not one JSON-RPC message.", Id(body));
            return;
        }
        if (McpHeaders.Refuse(http.Request, body) is { } mistake)
        {
            // This revision tells by the status also that a method does not exist.
            await Refuse(http, mistake.Code == (int)McpErrorCode.MethodNotFound ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest, mistake, Id(body));
            return;
        }
        call.Attach(message, http.Request.Headers[McpHeaders.ProtocolVersion]);
        using var stays = Stay(http, call.Caller);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, parts.Stopping);
        await using var transport = new StreamableHttpServerTransport { Stateless = true };
        await using var server = McpServer.Create(transport, face.Stateless);
        var running = server.RunAsync(ends.Token);
        await Answer(http, [message], transport, ends.Token);
        await transport.DisposeAsync();
        await Ended(running);
    }

    private async Task PostToSession(HttpContext http, JsonElement body, McpCall call)
    {
        var messages = body.ValueKind == JsonValueKind.Array ? [.. body.EnumerateArray().Take(MaxBatch + 1).Select(Read)] : new List<JsonRpcMessage?> { Read(body) };
        if (messages.Count is 0 or > MaxBatch || messages.Contains(null))
        {
            await Refuse(http, StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, "The body is not a JSON-RPC message.", Id(body));
            return;
        }
        var opens = messages is [JsonRpcRequest { Method: RequestMethods.Initialize }];
        if (await (opens ? Open(http, call.Caller) : Find(http, call.Caller)) is not { } session)
        {
            return;
        }
        if (body.ValueKind == JsonValueKind.Array && session.Server.NegotiatedProtocolVersion != McpHeaders.Batching)
        {
            await Refuse(http, StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, "This revision sends one message a request.");
            return;
        }
        using var usage = session.Use();
        var caller = In(session, http);
        using var stays = opens ? null : Stay(http, caller);
        http.Response.Headers[McpHeaders.SessionId] = session.Id;
        foreach (var message in messages)
        {
            (call with { Caller = caller, Session = session, IdempotencyKey = messages.Count == 1 ? call.IdempotencyKey : null }).Attach(message!, null);
        }
        try
        {
            await Answer(http, messages!, session.Transport, http.RequestAborted);
        }
        catch (Exception e) when (session.IsClosed && e is OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // It was ended while the request came.
        }
        if (session.IsClosed && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Headers.Remove(McpHeaders.SessionId);
            await NotFound(http);
        }
    }

    private async Task Get(HttpContext http)
    {
        if (McpHeaders.IsStateless(http.Request.Headers[McpHeaders.ProtocolVersion]))
        {
            await Refuse(http, StatusCodes.Status405MethodNotAllowed, Refused, "This revision has no stream of its own: use subscriptions/listen.");
            return;
        }
        if (!OperationRoutes.Accepts(http.Request, "text/event-stream"))
        {
            await Refuse(http, StatusCodes.Status406NotAcceptable, Refused, "The client must accept text/event-stream.");
            return;
        }
        if (await Find(http, http.CallerOf()) is not { } session)
        {
            return;
        }
        using var usage = session.Use();
        using var stays = parts.Dispatcher.Stay(In(session, http));
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, parts.Stopping, session.Closed);
        try
        {
            http.Response.Headers[McpHeaders.SessionId] = session.Id;
            await using var stream = StartStream(http);
            await session.Stream(stream, http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : null, ends.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The way a stream ends: its client left, the session ended, a newer stream took its place, or the server stops.
        }
    }

    private async Task Delete(HttpContext http)
    {
        if (McpHeaders.IsStateless(http.Request.Headers[McpHeaders.ProtocolVersion]))
        {
            await Refuse(http, StatusCodes.Status405MethodNotAllowed, Refused, "This revision has no sessions.");
        }
        else if (await Find(http, http.CallerOf()) is { } session)
        {
            var caller = In(session, http);
            if (await parts.McpSessions.Close(session) && caller.Agent is not null && !NamesSession(http))
            {
                await parts.Dispatcher.Run(Goodbye.Operation, new(), caller);
            }
        }
    }

    // Whose session in the protocol it is; a client that keeps a longer one, over several of these, names it in the request.
    private static Caller In(McpSession session, HttpContext http) =>
        NamesSession(http) ? http.CallerOf() : http.CallerOf() with { Session = session.Presence };

    private static bool NamesSession(HttpContext http) => http.Request.Headers.ContainsKey(ClientSession.Header);

    private static Task NotFound(HttpContext http)
    {
        http.Response.Headers.ContentType = default;
        return Refuse(http, StatusCodes.Status404NotFound, SessionNotFound, "Session not found");
    }

    private async Task<McpSession?> Open(HttpContext http, Caller caller)
    {
        var session = await parts.McpSessions.Open(caller, face.Sessions);
        if (session is null)
        {
            await Refuse(http, StatusCodes.Status429TooManyRequests, Refused, "Too many sessions are open; end one.");
        }
        return session;
    }

    private async Task<McpSession?> Find(HttpContext http, Caller caller)
    {
        var id = http.Request.Headers[McpHeaders.SessionId].ToString();
        if (id.Length == 0)
        {
            await Refuse(http, StatusCodes.Status400BadRequest, Refused, $"The header {McpHeaders.SessionId} is missing; initialize gives one.");
            return null;
        }
        var session = parts.McpSessions.Find(caller, id);
        if (session is null)
        {
            await NotFound(http);
        }
        return session;
    }

    private async Task Answer(
        HttpContext http, IReadOnlyList<JsonRpcMessage> messages, StreamableHttpServerTransport transport, CancellationToken cancel)
    {
        var wrote = false;
        try
        {
            await using var stream = StartStream(http);
            foreach (var message in messages)
            {
                wrote |= await transport.HandlePostRequestAsync(message, stream, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return;
        }
        if (!wrote && !http.Response.HasStarted)
        {
            http.Response.Headers.ContentType = default;
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private SseStream StartStream(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        return new SseStream(http.Response.Body, parts.Clock, parts.Options.Limits.StreamHeartbeat);
    }

    private static JsonRpcMessage? Read(JsonElement element)
    {
        try
        {
            return element.Deserialize(MessageType);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RequestId Id(JsonElement body) =>
        body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("id", out var id) ? default
        : id.ValueKind == JsonValueKind.String ? new RequestId(id.GetString()!)
        : id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? new RequestId(number)
        : default;

    private static Task Refuse(HttpContext http, int status, int code, string message, RequestId id = default) =>
        Refuse(http, status, new JsonRpcErrorDetail { Code = code, Message = message }, id);

    private static Task Refuse(HttpContext http, int status, JsonRpcErrorDetail error, RequestId id)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new JsonRpcError { Id = id, Error = error }, ErrorType, cancellationToken: http.RequestAborted);
    }

    private static async Task Ended(Task running)
    {
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // The client went away, or the server stops.
        }
    }
}
