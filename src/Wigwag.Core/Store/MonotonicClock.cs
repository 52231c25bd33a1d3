namespace Wigwag.Core.Store;

/// <summary>
/// A clock for leases and logs: it never goes back. It follows the wall clock forward; when the wall steps back it goes on at half
/// the rate of real time until the wall has caught up. So nothing that expired revives, and nothing expires earlier than a forward
/// jump's own length.
/// </summary>
public sealed class MonotonicClock : TimeProvider
{
    private readonly TimeProvider _wall;
    private readonly Lock _gate = new();
    private long _led; // the last reading that came from the wall, in ticks
    private long _ledAt; // and its timestamp

    /// <param name="wall">The machine's clock: its wall time may jump, its timestamp may not.</param>
    /// <param name="atLeast">A time already given out, such as that of the newest event; the clock begins there if the wall is behind.</param>
    public MonotonicClock(TimeProvider wall, DateTimeOffset atLeast = default)
    {
        _wall = wall;
        _ledAt = wall.GetTimestamp();
        _led = Math.Max(wall.GetUtcNow().UtcTicks, atLeast.UtcTicks);
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => _wall.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var stamp = _wall.GetTimestamp();
            var alone = _led + (_wall.GetElapsedTime(_ledAt, stamp).Ticks / 2);
            var wall = _wall.GetUtcNow().UtcTicks;
            if (wall >= alone)
            {
                (_led, _ledAt) = (wall, stamp);
                return new(wall, TimeSpan.Zero);
            }
            return new(alone, TimeSpan.Zero);
        }
    }

    public override long GetTimestamp() => _wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _wall.CreateTimer(callback, state, dueTime, period);
}
