using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Wigwag.Server.Mcp;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class McpJson : JsonSerializerContext
{
    /// <summary>For text that a model reads: quotes and letters as they are, where JSON does not ask for an escape. It is never part of a page.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = Default };
}
