namespace Wigwag.Faults.Simulation;

/// <summary>A machine's clock in the simulation's hands: time passes, and the wall's hands are set.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private DateTimeOffset _wall = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _wall;

    public override long GetTimestamp() => _passed;

    public void Pass(TimeSpan time)
    {
        _passed += time.Ticks;
        _wall += time;
    }

    public void Jump(TimeSpan time) => _wall += time;
}
