using Wigwag.Core.Store;

namespace Wigwag.Storage.Postgres;

/// <summary>The time that sessions are given: the database's, or a test's, and never earlier than one given before.</summary>
internal sealed class SessionTime
{
    private readonly DatabaseClock? _database;
    private long _last;

    public SessionTime(TimeProvider? wall, DateTimeOffset newest)
    {
        _database = wall is null ? new() : null;
        Clock = new MonotonicClock(wall ?? _database!, newest, followsSteps: true);
        _last = newest.ToUnixTimeMilliseconds();
    }

    public MonotonicClock Clock { get; }

    /// <summary>The time of a transaction that read the database's clock.</summary>
    public DateTimeOffset Of(long databaseMs, long askedAt)
    {
        if (_database is null)
        {
            return Read();
        }
        _database.Note(DateTimeOffset.FromUnixTimeMilliseconds(databaseMs), askedAt);
        return NotBefore(databaseMs);
    }

    /// <summary>The time of a transaction that reads.</summary>
    public DateTimeOffset Read() => NotBefore(Clock.GetUtcNow().ToUnixTimeMilliseconds());

    private DateTimeOffset NotBefore(long ms)
    {
        long last;
        do
        {
            last = Volatile.Read(ref _last);
            if (last >= ms)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(last);
            }
        }
        while (Interlocked.CompareExchange(ref _last, ms, last) != last);
        return DateTimeOffset.FromUnixTimeMilliseconds(ms);
    }
}
