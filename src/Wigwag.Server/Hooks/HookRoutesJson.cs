using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Wigwag.Server.Hooks;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class HookRoutesJson : JsonSerializerContext;
