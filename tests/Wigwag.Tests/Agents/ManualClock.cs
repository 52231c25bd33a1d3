namespace Wigwag.Tests.Agents;

/// <summary>A clock that stands still until it is told the time; timers run on the machine's.</summary>
public sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private long _back;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.UtcTicks + _back;

    /// <summary>Somebody sets it back; time itself goes on.</summary>
    public void StepBack(TimeSpan time)
    {
        _now -= time;
        _back += time.Ticks;
    }

    public void Pass(TimeSpan time) => _now += time;
}
