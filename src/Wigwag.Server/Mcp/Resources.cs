using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Server.Mcp;

/// <summary>Inboxes, threads, issues, agents and pending work as resources, each read through the operations that give it.</summary>
internal sealed class Resources(Dispatcher dispatcher)
{
    private const string MediaType = "application/json";

    private readonly Dictionary<string, (Operation Operation, RequestReader Reader)> _operations = ResourceShape.All
        .SelectMany(shape => shape.Parts)
        .Select(part => part.Operation)
        .Distinct()
        .Join(Catalog.Operations, name => name, operation => operation.Name, (name, operation) => operation)
        .ToDictionary(operation => operation.Name, operation => (operation, new RequestReader(operation)));

    public static ValueTask<ListResourcesResult> List(RequestContext<ListResourcesRequestParams> request, CancellationToken cancel)
    {
        var project = McpCall.Of(request).Caller.Project?.Value;
        return ValueTask.FromResult(new ListResourcesResult
        {
            Resources =
            [
                .. ResourceShape.All.Where(shape => shape.Variable is null || (shape.Variable == "{+project}" && project is not null)).Select(shape => new Resource
                {
                    Uri = shape.Variable is null ? shape.Prefix : shape.Prefix + project,
                    Name = shape.Name,
                    Title = shape.Title,
                    Description = shape.Description,
                    MimeType = MediaType,
                }),
            ],
            TimeToLive = TimeSpan.FromMinutes(1),
            CacheScope = CacheScope.Private,
        });
    }

    public static ValueTask<ListResourceTemplatesResult> ListTemplates(RequestContext<ListResourceTemplatesRequestParams> request, CancellationToken cancel) =>
        ValueTask.FromResult(new ListResourceTemplatesResult
        {
            ResourceTemplates =
            [
                .. ResourceShape.All.Where(shape => shape.Variable is not null).Select(shape => new ResourceTemplate
                {
                    UriTemplate = shape.Template,
                    Name = shape.Name,
                    Title = shape.Title,
                    Description = shape.Description,
                    MimeType = MediaType,
                }),
            ],
            TimeToLive = TimeSpan.FromHours(1),
            CacheScope = CacheScope.Private,
        });

    public async ValueTask<ReadResourceResult> Read(RequestContext<ReadResourceRequestParams> request, CancellationToken cancel)
    {
        var uri = request.Params.Uri;
        if (!ResourceShape.TryFind(uri, out var shape, out var name))
        {
            throw NotFound(uri, $"There is no resource {Quotation.Name(uri)}.");
        }
        return (await Read(shape, name, McpCall.Of(request).Caller, cancel)).Try(out var text, out var error)
            ? new ReadResourceResult
            {
                Contents = [new TextResourceContents { Uri = uri, MimeType = MediaType, Text = text }],
                TimeToLive = TimeSpan.Zero,
                CacheScope = CacheScope.Private,
            }
            : throw NotFound(uri, Boundary.Inline($"{error.Message} {error.Next}"));
    }

    /// <summary>The resource as JSON text, which says what of it others wrote and has their long texts inside boundaries.</summary>
    public async ValueTask<Result<string>> Read(ResourceShape shape, string name, Caller caller, CancellationToken cancel)
    {
        if (shape.Parts is [var only])
        {
            return (await Run(only.Operation, only.Request(name), caller, cancel)).Try(out var answer, out var error) ? answer.ToJsonString(McpJson.Readable) : error;
        }
        // Of several parts each is there or says why not: who is no agent has no inbox, and sees what is ready all the same.
        var parts = new JsonObject();
        foreach (var part in shape.Parts)
        {
            parts[part.Name] = (await Run(part.Operation, part.Request(name), caller, cancel)).Try(out var answer, out var error)
                ? answer
                : new JsonObject { ["error"] = ToolAnswer.Fields(error) };
        }
        return parts.ToJsonString(McpJson.Readable);
    }

    private async ValueTask<Result<JsonObject>> Run(string name, JsonObject json, Caller caller, CancellationToken cancel)
    {
        if (!_operations.TryGetValue(name, out var known))
        {
            return Error.NotFound("unknown_operation", $"This server has no operation {name}.", "Read another resource.");
        }
        if (!known.Reader.Read(JsonSerializer.SerializeToUtf8Bytes(json, McpJson.Default.JsonObject)).Try(out var read, out var mistake))
        {
            return mistake;
        }
        return (await dispatcher.Run(known.Operation, read, caller, null, cancel)).Try(out var answer, out var error)
            ? ForModels.Enclosed(JsonSerializer.SerializeToNode(answer, known.Operation.AnswerType)!, TextShape.Of(known.Operation.AnswerType))
            : error;
    }

    private static McpProtocolException NotFound(string uri, string message)
    {
        var refusal = new McpProtocolException(message, McpErrorCode.ResourceNotFound);
        refusal.Data["uri"] = uri;
        return refusal;
    }
}
