using Microsoft.Extensions.Logging;

namespace Wigwag.Storage.Sqlite;

internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Opened {Path} with SQLite {Version}; migrations run: {Migrations}")]
    public static partial void Opened(ILogger log, string path, string version, int migrations);

    [LoggerMessage(2002, LogLevel.Error, "Writing stopped until the database is reopened and checked: {Reason}")]
    public static partial void Stopped(ILogger log, string reason, Exception cause);

    [LoggerMessage(2003, LogLevel.Warning, "Reopening failed (attempt {Attempt}), next try in {Delay}: {Reason}")]
    public static partial void ReopenFailed(ILogger log, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(2004, LogLevel.Information, "The database was reopened and checked; writing goes on")]
    public static partial void Resumed(ILogger log);

    [LoggerMessage(2005, LogLevel.Warning, "The disk is full; {Commands} commands were refused")]
    public static partial void DiskFull(ILogger log, int commands);

    [LoggerMessage(2006, LogLevel.Warning, "A checkpoint failed and will be tried again: {Reason}")]
    public static partial void CheckpointFailed(ILogger log, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "A command took its whole commit down; the {Others} others are run again: {Reason}")]
    public static partial void RunAgain(ILogger log, int others, string reason);

    [LoggerMessage(2008, LogLevel.Warning, "The machine's clock was set ahead by {Step}; so was what runs: {Times} ends of leases, signs of life and deadlines")]
    public static partial void ClockSetAhead(ILogger log, TimeSpan step, int times);

    [LoggerMessage(2009, LogLevel.Warning, "{Path} was changed by something else while Wigwag did not run. Its structure is sound; what was changed is not known")]
    public static partial void ChangedWhileClosed(ILogger log, string path);

    [LoggerMessage(2010, LogLevel.Warning, "The mark beside the database could not be written, so a loss of commits may not be noticed at the next start: {Reason}")]
    public static partial void MarkFailed(ILogger log, string reason);
}
