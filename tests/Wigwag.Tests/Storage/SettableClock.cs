namespace Wigwag.Tests.Storage;

/// <summary>A machine's clock in a test's hands: real time passes when told, and the wall's hands can be set.</summary>
public sealed class SettableClock(DateTimeOffset start) : TimeProvider
{
    private long _wall = start.UtcTicks;
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _wall), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _passed);

    public void Pass(TimeSpan time)
    {
        Interlocked.Add(ref _passed, time.Ticks);
        Interlocked.Add(ref _wall, time.Ticks);
    }

    public void Jump(TimeSpan time) => Interlocked.Add(ref _wall, time.Ticks);
}
