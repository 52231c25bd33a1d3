using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Wigwag.Server.Mcp;

/// <summary>The MCP face of a running server. The protocol library logs nothing: it would repeat what clients wrote.</summary>
internal static class McpRoutes
{
    public static void MapMcp(this IEndpointRouteBuilder routes, ServerParts parts, ILoggerFactory logs)
    {
        var resources = new Resources(parts.Dispatcher);
        var face = new McpFace(
            new Tools(parts.Dispatcher, logs.CreateLogger("Wigwag.Server.Mcp")), resources, new Prompts(resources), new Completions(parts.Dispatcher), new Subscriptions(parts.Hub, parts.Stopping));
        new McpEndpoint(face, parts).Map(routes);
    }
}
