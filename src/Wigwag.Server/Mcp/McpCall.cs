using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>What the HTTP request that carried a message says beyond the message: who asks, and what they are offered.</summary>
/// <param name="Caller">From the credential of this very request, also within a session.</param>
/// <param name="Toolsets">From the address.</param>
/// <param name="IdempotencyKey">From the header, for clients that repeat requests on their user's behalf; null without one.</param>
/// <param name="Session">The session it belongs to; null for the stateless revisions.</param>
internal sealed record McpCall(Caller Caller, Toolsets Toolsets, string? IdempotencyKey, McpSession? Session)
{
    private const string Item = "wigwag.call";

    /// <summary>The call that a message was attached to when it arrived.</summary>
    public static McpCall Of(MessageContext context) => (McpCall)context.Items[Item]!;

    /// <summary>Makes the message carry this call to its handler.</summary>
    public void Attach(JsonRpcMessage message, string? protocolVersion) => message.Context = new()
    {
        Items = new Dictionary<string, object?> { [Item] = this },
        ProtocolVersion = protocolVersion,
    };
}
