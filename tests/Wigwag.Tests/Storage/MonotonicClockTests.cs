using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Storage;

/// <summary>The clock's promises, whatever happens to the wall's.</summary>
public sealed class MonotonicClockTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-01-01T00:00:00Z", null);

    /// <summary>Time that passes, then the wall that is set, in milliseconds.</summary>
    private static readonly Arbitrary<(int Passes, int Jumps)[]> Histories = (
        from passes in Gen.Choose(0, 10_000)
        from jumps in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(-20_000, 20_000)), (1, Gen.Choose(-100_000_000, 100_000_000)))
        select (passes, jumps)).ArrayOf().ToArbitrary();

    private static void Holds(Func<MonotonicClock, SettableClock, (int Passes, int Jumps)[], bool> promise) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Histories, history =>
        {
            var wall = new SettableClock(Start);
            return promise(new(wall), wall, history);
        }));

    private static IEnumerable<(DateTimeOffset Before, DateTimeOffset After, int Passes, int Jumps)> Live(
        MonotonicClock clock, SettableClock wall, (int Passes, int Jumps)[] history)
    {
        foreach (var (passes, jumps) in history)
        {
            var before = clock.GetUtcNow();
            wall.Pass(TimeSpan.FromMilliseconds(passes));
            wall.Jump(TimeSpan.FromMilliseconds(jumps));
            yield return (before, clock.GetUtcNow(), passes, jumps);
        }
    }

    [Fact]
    public void It_never_goes_back() => Holds((clock, wall, history) => Live(clock, wall, history).All(step => step.After >= step.Before));

    [Fact]
    public void It_is_never_behind_the_wall() => Holds((clock, wall, history) => Live(clock, wall, history).All(step => step.After >= wall.GetUtcNow()));

    [Fact]
    public void Nothing_expires_earlier_than_the_jumps_own_length() => Holds((clock, wall, history) => Live(clock, wall, history)
        .All(step => step.After - step.Before <= TimeSpan.FromMilliseconds(step.Passes + Math.Max(0, step.Jumps))));

    [Fact]
    public void Everything_expires_at_last_since_it_never_runs_slower_than_half_of_real_time() => Holds((clock, wall, history) =>
        Live(clock, wall, history).All(step => step.After - step.Before >= TimeSpan.FromMilliseconds(step.Passes) / 2 - TimeSpan.FromTicks(1)));

    [Fact]
    public void Without_jumps_it_is_the_wall() => Holds((clock, wall, history) =>
        Live(clock, wall, [.. history.Select(step => (step.Passes, 0))]).All(step => step.After == wall.GetUtcNow()));

    [Fact]
    public void After_a_step_back_it_meets_the_wall_again_in_twice_the_step()
    {
        var wall = new SettableClock(Start);
        var clock = new MonotonicClock(wall);
        wall.Jump(TimeSpan.FromHours(-1));

        wall.Pass(TimeSpan.FromMinutes(119));
        Assert.True(clock.GetUtcNow() > wall.GetUtcNow());
        wall.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(wall.GetUtcNow(), clock.GetUtcNow());
    }

    [Fact]
    public void It_begins_no_earlier_than_the_newest_time_given_out()
    {
        var wall = new SettableClock(Start);
        var clock = new MonotonicClock(wall, Start.AddMinutes(5));

        Assert.Equal(Start.AddMinutes(5), clock.GetUtcNow());
        wall.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Start.AddMinutes(5.5), clock.GetUtcNow());
    }
}
