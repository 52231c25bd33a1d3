using Microsoft.Extensions.Logging;

namespace Wigwag.Storage.Postgres;

internal static partial class Log
{
    [LoggerMessage(2101, LogLevel.Information, "Opened {Address}, PostgreSQL {Version}; migrations run: {Migrations}")]
    public static partial void Opened(ILogger log, string address, string version, int migrations);

    [LoggerMessage(2102, LogLevel.Warning, "The database cannot be reached (attempt {Attempt}), next try in {Delay}: {Reason}")]
    public static partial void Unreachable(ILogger log, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(2103, LogLevel.Information, "Listening for commits of other servers")]
    public static partial void Listening(ILogger log);

    [LoggerMessage(2104, LogLevel.Warning, "The connection that listens for commits was lost; polling until it is back: {Reason}")]
    public static partial void Deaf(ILogger log, string reason);

    [LoggerMessage(2105, LogLevel.Warning, "A commit's answer was lost; the database says of it: {Status}")]
    public static partial void Asked(ILogger log, string status);

    [LoggerMessage(2106, LogLevel.Warning, "This database came from another cluster; numbers of the log go on after {Last}")]
    public static partial void Rebased(ILogger log, long last);
}
