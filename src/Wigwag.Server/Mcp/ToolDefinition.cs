using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>An operation as a tool: its schemas and hints, derived from the declaration.</summary>
internal sealed class ToolDefinition
{
    public const string IdempotencyKey = "idempotency_key";

    public ToolDefinition(Operation operation)
    {
        Operation = operation;
        Reader = new RequestReader(operation);
        Tool = new Tool
        {
            Name = operation.Name,
            Title = operation.Title,
            Description = operation.Description,
            InputSchema = Element(Input(operation)),
            OutputSchema = Element(Output(operation)),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = operation.Effect == Effect.Query,
                IdempotentHint = operation.Effect != Effect.Command,
                DestructiveHint = false,
                OpenWorldHint = false,
            },
        };
    }

    public Operation Operation { get; }

    public RequestReader Reader { get; }

    public Tool Tool { get; }

    private static JsonObject Input(Operation operation)
    {
        var schema = WithoutNull(Schemas.Of(operation.RequestType));
        if (schema["properties"] is not JsonObject properties)
        {
            schema["properties"] = properties = [];
        }
        schema["additionalProperties"] = false;
        if (operation.Effect != Effect.Query)
        {
            properties[IdempotencyKey] = new JsonObject
            {
                ["type"] = "string",
                ["maxLength"] = 200,
                ["description"] = "Any text of your own for this one call, such as a UUID; the same call repeated with it is done once.",
            };
        }
        return schema;
    }

    // Some clients check structured content against this schema also when it is an error, so a refusal is the other form of it.
    private static JsonObject Output(Operation operation)
    {
        var schema = WithoutNull(Schemas.Of(operation.AnswerType));
        if (schema["properties"] is not JsonObject properties)
        {
            schema["properties"] = properties = [];
        }
        schema["type"] = "object";
        properties[ForModels.OthersWrote] = new JsonObject { ["type"] = "array", ["items"] = Text() };
        properties["error"] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "Instead of an answer, when the call was refused.",
            ["properties"] = new JsonObject
            {
                ["kind"] = Text(),
                ["code"] = Text(),
                ["message"] = Text(),
                ["next"] = Text(),
                ["details"] = new JsonObject { ["type"] = "object" },
            },
            ["required"] = new JsonArray("kind", "code", "message", "next"),
        };
        if (schema["required"] is JsonArray { Count: > 0 } required)
        {
            schema.Remove("required");
            schema["anyOf"] = new JsonArray(
                new JsonObject { ["required"] = required },
                new JsonObject { ["required"] = new JsonArray("error") });
        }
        return schema;
    }

    private static JsonObject Text() => new() { ["type"] = "string" };

    // What is absent is left out, in requests and in answers; saying "or null" of each costs a model more than it tells.
    private static JsonObject WithoutNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types && types.Select(type => type?.GetValue<string>()).Where(type => type != "null").ToArray() is [{ } only])
        {
            schema["type"] = only;
        }
        if (schema["enum"] is JsonArray values && values.Contains(null))
        {
            schema["enum"] = new JsonArray([.. values.Where(value => value is not null).Select(value => value!.DeepClone())]);
        }
        foreach (var name in (string[])["properties", "$defs"])
        {
            foreach (var (_, value) in schema[name] as JsonObject ?? [])
            {
                WithoutNullIn(value);
            }
        }
        WithoutNullIn(schema["items"]);
        WithoutNullIn(schema["additionalProperties"]);
        foreach (var value in schema["anyOf"] as JsonArray ?? [])
        {
            WithoutNullIn(value);
        }
        return schema;
    }

    private static void WithoutNullIn(JsonNode? node)
    {
        if (node is JsonObject schema)
        {
            WithoutNull(schema);
        }
    }

    private static JsonElement Element(JsonObject schema)
    {
        using var document = JsonDocument.Parse(schema.ToJsonString());
        return document.RootElement.Clone();
    }
}
