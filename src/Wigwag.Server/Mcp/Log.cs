using Microsoft.Extensions.Logging;

namespace Wigwag.Server.Mcp;

/// <summary>What the MCP face logs: names of tools, never their arguments.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Error, "The tool {Tool} failed.")]
    public static partial void ToolFailed(this ILogger log, Exception exception, string tool);
}
