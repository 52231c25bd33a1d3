using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>An answer or a refusal of the dispatcher as the result of a tool.</summary>
internal static class ToolAnswer
{
    public static CallToolResult Of(object answer, JsonTypeInfo type)
    {
        var json = JsonSerializer.SerializeToNode(answer, type)!;
        return new CallToolResult
        {
            StructuredContent = JsonSerializer.SerializeToElement(ForModels.Clean(json).AsObject(), McpJson.Default.JsonObject),
            Content = [new TextContentBlock { Text = ForModels.Text(json) }],
        };
    }

    public static CallToolResult Of(Error error)
    {
        var fields = Fields(error);
        return new CallToolResult
        {
            IsError = true,
            StructuredContent = JsonSerializer.SerializeToElement(new JsonObject { ["error"] = fields }, McpJson.Default.JsonObject),
            Content = [new TextContentBlock { Text = fields.ToJsonString(McpJson.Readable) }],
        };
    }

    /// <summary>The fields of a refusal, the same that HTTP gives.</summary>
    public static JsonObject Fields(Error error)
    {
        var fields = new JsonObject
        {
            ["kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind.ToString()),
            ["code"] = error.Code,
            ["message"] = error.Message,
            ["next"] = error.Next,
        };
        if (error.Details is { } details)
        {
            fields["details"] = details.DeepClone();
        }
        return fields;
    }
}
