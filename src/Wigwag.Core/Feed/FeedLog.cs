using Microsoft.Extensions.Logging;

namespace Wigwag.Core.Feed;

internal static partial class FeedLog
{
    [LoggerMessage(1101, LogLevel.Warning, "Reader {Reader} failed at {Position} (attempt {Attempt}), next try in {Delay}")]
    public static partial void ReaderFailed(ILogger log, string reader, long position, int attempt, TimeSpan delay, Exception failure);

    [LoggerMessage(1102, LogLevel.Warning, "Reader {Reader} could not save its cursor and will repeat what came after {Saved}: {Reason}")]
    public static partial void CursorNotSaved(ILogger log, string reader, long saved, string reason);

    [LoggerMessage(1103, LogLevel.Information, "A subscriber fell {Capacity} facts behind and was dropped")]
    public static partial void SubscriberDropped(ILogger log, int capacity);

    [LoggerMessage(1104, LogLevel.Warning, "Following the log failed at {Position} (attempt {Attempt}), next try in {Delay}")]
    public static partial void HubFailed(ILogger log, long position, int attempt, TimeSpan delay, Exception failure);
}
