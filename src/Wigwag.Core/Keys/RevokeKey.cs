using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Keys;

/// <summary>Which key to revoke.</summary>
public sealed record RevokeKeyRequest
{
    [Description("The key to revoke, by its id.")]
    public required KeyId KeyId { get; init; }
}

public static class RevokeKey
{
    public static readonly Operation<RevokeKeyRequest, Key> Operation = new()
    {
        Name = "revoke_key",
        Title = "Revoke a key",
        Description = "Ends a key for good: requests with it are refused, and event streams opened with it end, within a second. A repeat changes nothing.",
        Effect = Effect.IdempotentCommand,
        Http = "DELETE /v1/keys/{key_id}",
        Cli = "key revoke <key_id>",
        Example = "wigwag key revoke k4w7q2m9xw3",
        Role = Role.Operator,
        Toolset = "admin",
        Json = KeysJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<Key>> Handle(Session session, RevokeKeyRequest request, CancellationToken cancel)
    {
        if (await KeyBook.Find(session, request.KeyId) is not { Key: var key } || !KeyRules.Manages(session.Caller, key))
        {
            return Error.NotFound("unknown_key", $"There is no key {request.KeyId}.", "List the keys with list_keys.");
        }
        return key.RevokedAt is null ? await KeyBook.Revoke(session, key) : key;
    }
}
