namespace Wigwag.Core.Store;

/// <summary>
/// A clock for leases and logs: it never goes back, and it never gains on real time by more than <see cref="Slack"/>. It follows the wall
/// clock forward; when the wall steps back it goes on at half the rate of real time until the wall has caught up; when the wall steps ahead
/// it goes on by itself until it is let <see cref="Follow"/>. So nothing that expired revives, and nothing expires early.
/// </summary>
public sealed class MonotonicClock : TimeProvider
{
    /// <summary>What the wall may gain on real time from one reading to the next without having been set: far more than NTP does slowly.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _wall;
    private readonly bool _followsSteps;
    private readonly Lock _gate = new();

    // The last reading that did not come from half the rate, in ticks, and the timestamp after it.
    private long _led;
    private long _ledAt;

    // The last reading, and the timestamp before it.
    private long _last;
    private long _lastAt;

    /// <param name="wall">The machine's clock: its wall time may jump, its timestamp may not, and goes on while the machine sleeps.</param>
    /// <param name="atLeast">A time already given out, such as that of the newest event; the clock begins there if the wall is behind.</param>
    /// <param name="followsSteps">True to follow the wall ahead at once.</param>
    public MonotonicClock(TimeProvider wall, DateTimeOffset atLeast = default, bool followsSteps = false)
    {
        (_wall, _followsSteps) = (wall, followsSteps);
        _lastAt = wall.GetTimestamp();
        _led = _last = Math.Max(wall.GetUtcNow().UtcTicks, atLeast.UtcTicks);
        _ledAt = wall.GetTimestamp();
    }

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => _wall.TimestampFrequency;

    /// <summary>How far the wall has stepped ahead of this clock and was not followed; zero when it has not.</summary>
    public TimeSpan Step
    {
        get
        {
            lock (_gate)
            {
                return Read().Step;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return new(Read().Now, TimeSpan.Zero);
        }
    }

    /// <summary>Goes ahead by a step of the wall.</summary>
    public void Follow(TimeSpan step)
    {
        lock (_gate)
        {
            _led += step.Ticks;
            _last += step.Ticks;
        }
    }

    public override long GetTimestamp() => _wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _wall.CreateTimer(callback, state, dueTime, period);

    private (long Now, TimeSpan Step) Read()
    {
        // The wall was read at some time between the two: a thread that is held up there takes that for no step.
        var before = _wall.GetTimestamp();
        var wall = _wall.GetUtcNow().UtcTicks;
        var after = _wall.GetTimestamp();
        var alone = _led + (_wall.GetElapsedTime(_ledAt, before).Ticks / 2);
        var isStep = !_followsSteps && wall > _last + _wall.GetElapsedTime(_lastAt, after).Ticks + Slack.Ticks;
        var now = isStep ? _last + _wall.GetElapsedTime(_lastAt, before).Ticks : Math.Max(wall, alone);
        if (now > alone)
        {
            (_led, _ledAt) = (now, after);
        }
        (_last, _lastAt) = (now, before);
        return (now, new(isStep ? wall - now : 0));
    }
}
