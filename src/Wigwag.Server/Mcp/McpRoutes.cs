using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Wigwag.Server.Mcp;

/// <summary>The MCP face of a running server.</summary>
internal static class McpRoutes
{
    public static void MapMcp(this IEndpointRouteBuilder routes, ServerParts parts, ILoggerFactory logs)
    {
        var resources = new Resources(parts.Dispatcher);
        var face = new McpFace(
            new Tools(parts.Dispatcher), resources, new Prompts(resources), new Subscriptions(parts.Options.Store, parts.Stopping));
        new McpEndpoint(face, new McpSessions(parts.Clock, logs), parts, logs).Map(routes);
    }
}
