using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Server.Mcp;

/// <summary>An answer or a refusal of the dispatcher as the result of a tool.</summary>
internal static class ToolAnswer
{
    public static CallToolResult Of(object answer, JsonTypeInfo type)
    {
        var json = JsonSerializer.SerializeToNode(answer, type)!;
        var shape = TextShape.Of(type);
        return new CallToolResult
        {
            StructuredContent = JsonSerializer.SerializeToElement(ForModels.Structured(json, shape), McpJson.Default.JsonObject),
            Content = [new TextContentBlock { Text = ForModels.Text(json, shape) }],
        };
    }

    public static CallToolResult Of(Error error)
    {
        var fields = Fields(error);
        return new CallToolResult
        {
            IsError = true,
            StructuredContent = JsonSerializer.SerializeToElement(new JsonObject { ["error"] = fields }, McpJson.Default.JsonObject),
            Content = [new TextContentBlock { Text = Text(error, fields) }],
        };
    }

    /// <summary>The fields of a refusal, the same that HTTP gives.</summary>
    public static JsonObject Fields(Error error)
    {
        var fields = new JsonObject
        {
            ["kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind.ToString()),
            ["code"] = error.Code,
            ["message"] = Boundary.Inline(error.Message),
            ["next"] = Boundary.Inline(error.Next),
        };
        if (error.Details is { } details)
        {
            fields["details"] = ForModels.Structured(details, null);
        }
        return fields;
    }

    // What is wrong and what to do next are the server's words; what others wrote about it stands apart.
    private static string Text(Error error, JsonObject fields)
    {
        if (fields["details"]?[ForModels.OthersWrote] is null)
        {
            return fields.ToJsonString(McpJson.Readable);
        }
        var head = fields.DeepClone().AsObject();
        head["details"] = "(below)";
        return $"{head.ToJsonString(McpJson.Readable)}\n\n{ForModels.Text(error.Details!, null)}";
    }
}
