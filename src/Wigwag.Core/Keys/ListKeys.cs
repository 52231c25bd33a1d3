using System.ComponentModel;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Keys;

/// <summary>Which keys to list.</summary>
public sealed record ListKeysRequest
{
    [Description("Also those that were revoked or have expired.")]
    public bool Ended { get; init; }
}

/// <summary>Keys, newest first.</summary>
public sealed record ListKeysAnswer
{
    [Description("The keys that the caller may manage, newest first, without their secrets.")]
    public required IReadOnlyList<Key> Keys { get; init; }
}

public static class ListKeys
{
    public static readonly Operation<ListKeysRequest, ListKeysAnswer> Operation = new()
    {
        Name = "list_keys",
        Title = "List keys",
        Description = "Lists the keys that the caller may manage: an administrator's all, an operator's their own and those of their agents. Secrets are never shown.",
        Effect = Effect.Query,
        Http = "GET /v1/keys",
        Cli = "key list",
        Example = "wigwag key list --ended",
        Role = Role.Operator,
        Toolset = "admin",
        Json = KeysJson.Default,
        Handler = Handle,
    };

    private static async ValueTask<Result<ListKeysAnswer>> Handle(Session session, ListKeysRequest request, CancellationToken cancel)
    {
        var stored = await KeyBook.All(session);
        return new ListKeysAnswer
        {
            Keys = [.. stored
                .Select(one => one.Key)
                .Where(key => KeyRules.Manages(session.Caller, key) && (request.Ended || key.IsLive(session.Now)))],
        };
    }
}
