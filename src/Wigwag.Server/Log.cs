using Microsoft.Extensions.Logging;

namespace Wigwag.Server;

/// <summary>What the server logs: routes, codes and credential ids; never a path's values, a query, a header or a body.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Listening on {Address}.")]
    public static partial void Listening(this ILogger log, string address);

    [LoggerMessage(1001, LogLevel.Warning, "AUTHENTICATION IS OFF: everyone who can reach {Address} is the administrator. This is for test suites only.")]
    public static partial void AuthenticationIsOff(this ILogger log, string address);

    [LoggerMessage(1002, LogLevel.Warning, "{Address} is not a loopback address and the connection is not encrypted: keys and messages travel in clear text unless a proxy in front speaks TLS.")]
    public static partial void ListeningInClearText(this ILogger log, string address);

    [LoggerMessage(1003, LogLevel.Information, "Stopping.")]
    public static partial void Stopping(this ILogger log);

    [LoggerMessage(1010, LogLevel.Error, "{Method} {Route} failed.")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string method, string route);

    [LoggerMessage(1020, LogLevel.Warning, "Refused a request before authentication: {Code}.")]
    public static partial void RefusedBeforeAuthentication(this ILogger log, string code);

    [LoggerMessage(1021, LogLevel.Warning, "Refused a credential: {Code}.")]
    public static partial void RefusedCredential(this ILogger log, string code);

    [LoggerMessage(1022, LogLevel.Warning, "Refused a connection to the Unix socket from user {Uid}.")]
    public static partial void RefusedPeer(this ILogger log, uint uid);
}
