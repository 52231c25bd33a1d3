using System.Diagnostics;

namespace Wigwag.Storage.Postgres;

/// <summary>The database's clock as this server knows it: the machine's, corrected at each transaction, so that all servers have one time.</summary>
internal sealed class DatabaseClock : TimeProvider
{
    private long _ahead; // ticks that the database's clock is ahead of the machine's

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Volatile.Read(ref _ahead));

    /// <summary>Notes what the database said, asked at a timestamp of <see cref="Stopwatch"/>; a slow answer tells little and is not used.</summary>
    public void Note(DateTimeOffset said, long askedAt)
    {
        var took = Stopwatch.GetElapsedTime(askedAt);
        if (took < TimeSpan.FromMilliseconds(50))
        {
            Volatile.Write(ref _ahead, (said - System.GetUtcNow() + (took / 2)).Ticks);
        }
    }
}
