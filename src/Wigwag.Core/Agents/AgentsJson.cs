using System.Text.Json.Serialization;

namespace Wigwag.Core.Agents;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Agent))]
[JsonSerializable(typeof(AgentPage))]
[JsonSerializable(typeof(RegisterAgentRequest))]
[JsonSerializable(typeof(ListAgentsRequest))]
[JsonSerializable(typeof(ShowAgentRequest))]
[JsonSerializable(typeof(UpdateAgentRequest))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(GoodbyeRequest))]
[JsonSerializable(typeof(ShowPresenceRequest))]
[JsonSerializable(typeof(ProjectPresence))]
[JsonSerializable(typeof(SessionChanged))]
public sealed partial class AgentsJson : JsonSerializerContext;
