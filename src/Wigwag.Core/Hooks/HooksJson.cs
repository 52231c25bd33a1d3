using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Wigwag.Core.Hooks;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class HooksJson : JsonSerializerContext;
