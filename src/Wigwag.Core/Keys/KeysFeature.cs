using System.Text.Json.Serialization;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Keys;

/// <summary>Credentials: who may do what, where, and for how long.</summary>
public static class KeysFeature
{
    public static readonly EventKind<KeyCreated> Created = new("key.created", KeysJson.Default);

    public static readonly EventKind<KeyRevoked> Revoked = new("key.revoked", KeysJson.Default);

    public static Feature Feature { get; } = new(
        "keys",
        [CreateKey.Operation, ListKeys.Operation, RevokeKey.Operation],
        [Created, Revoked]);
}

/// <summary>A key was made.</summary>
public sealed record KeyCreated(KeyId KeyId, [property: OthersText] string Name, Role Role);

/// <summary>A key opens nothing any more.</summary>
public sealed record KeyRevoked(KeyId KeyId);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    Converters = [typeof(RoleConverter)])]
[JsonSerializable(typeof(KeyCreated))]
[JsonSerializable(typeof(KeyRevoked))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(CreateKeyAnswer))]
[JsonSerializable(typeof(ListKeysRequest))]
[JsonSerializable(typeof(ListKeysAnswer))]
[JsonSerializable(typeof(RevokeKeyRequest))]
public sealed partial class KeysJson : JsonSerializerContext;
