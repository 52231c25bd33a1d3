using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Operations;
using Wigwag.Server.Http;

namespace Wigwag.Server.Mcp;

/// <summary>The catalog as tools: a call is handed to the dispatcher with the caller of the request that carried it.</summary>
internal sealed class Tools(Dispatcher dispatcher, ILogger log)
{
    // Clients may keep a list of tools this long; it changes with the server's version and with the caller's role only.
    private static readonly TimeSpan ListLifetime = TimeSpan.FromMinutes(10);

    private readonly Lazy<Dictionary<string, ToolDefinition>> _definitions =
        new(() => Catalog.Operations.ToDictionary(operation => operation.Name, operation => new ToolDefinition(operation)));

    public ValueTask<ListToolsResult> List(RequestContext<ListToolsRequestParams> request, CancellationToken cancel)
    {
        var call = McpCall.Of(request);
        return ValueTask.FromResult(new ListToolsResult
        {
            Tools = [.. _definitions.Value.Values.Where(definition => IsOffered(definition, call)).Select(definition => definition.Tool)],
            TimeToLive = ListLifetime,
            CacheScope = CacheScope.Private,
        });
    }

    public async ValueTask<CallToolResult> Call(RequestContext<CallToolRequestParams> request, CancellationToken cancel)
    {
        var call = McpCall.Of(request);
        var name = request.Params.Name;
        if (!_definitions.Value.TryGetValue(name, out var definition))
        {
            throw new McpProtocolException($"Unknown tool: '{name}'.", McpErrorCode.InvalidParams);
        }
        if (!call.Toolsets.Offer(definition.Operation))
        {
            var toolset = definition.Operation.Toolset;
            throw new McpProtocolException(
                $"Unknown tool: '{name}' is in the toolset '{toolset}', which this connection did not ask for. Connect with ?toolsets=core,{toolset}.",
                McpErrorCode.InvalidParams);
        }
        try
        {
            return (await Run(definition, request.Params.Arguments, call, cancel)).Try(out var answer, out var error)
                ? ToolAnswer.Of(answer, definition.Operation.AnswerType)
                : ToolAnswer.Of(error);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug: the client is told in the form that it knows, as it is over HTTP.
            log.ToolFailed(e, name);
            return ToolAnswer.Of(Refusals.Broken);
        }
    }

    private async ValueTask<Result<object>> Run(
        ToolDefinition definition, IDictionary<string, JsonElement>? arguments, McpCall call, CancellationToken cancel)
    {
        var operation = definition.Operation;
        var key = call.IdempotencyKey;
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>())
            {
                if (name == ToolDefinition.IdempotencyKey && operation.Effect != Effect.Query)
                {
                    if (value.ValueKind != JsonValueKind.String)
                    {
                        return Error.Invalid("bad_idempotency_key", "An idempotency key is a text.", "Send a text, for example a UUID, or leave it out.");
                    }
                    key = value.GetString();
                    continue;
                }
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return definition.Reader.Read(json.GetBuffer().AsSpan(0, (int)json.Length)).Try(out var read, out var error)
            ? await dispatcher.Run(operation, read, call.Caller, operation.Effect == Effect.Query ? null : key, cancel)
            : error;
    }

    // What the caller's role may never do is not shown to its model.
    private static bool IsOffered(ToolDefinition definition, McpCall call) =>
        call.Toolsets.Offer(definition.Operation) && call.Caller.Role >= definition.Operation.Role;
}
