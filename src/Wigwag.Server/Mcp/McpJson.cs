using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Wigwag.Server.Mcp;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class McpJson : JsonSerializerContext;
