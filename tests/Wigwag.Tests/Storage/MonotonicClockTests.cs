using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Storage;

/// <summary>The clock's promises, whatever happens to the wall's.</summary>
public sealed class MonotonicClockTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-01-01T00:00:00Z", null);

    /// <summary>Time that passes, then the wall that is set, in milliseconds; then whether the clock is let follow it ahead.</summary>
    private sealed record Step(int Passes, int Jumps, bool Follows);

    /// <summary>The clock before it, after it, and after it was let follow, when it was.</summary>
    private sealed record Seen(Step Step, DateTimeOffset Before, DateTimeOffset After, DateTimeOffset Followed, DateTimeOffset Wall);

    private static readonly Arbitrary<Step[]> Histories = (
        from passes in Gen.Choose(0, 10_000)
        from jumps in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(-20_000, 20_000)), (1, Gen.Choose(-100_000_000, 100_000_000)))
        from follows in Gen.Elements(true, false)
        select new Step(passes, jumps, follows)).ArrayOf().ToArbitrary();

    private static void Holds(Func<Seen, bool> promise, Func<Step, Step>? changed = null) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Histories, history =>
        {
            var wall = new SettableClock(Start);
            return Live(new(wall), wall, history.Select(changed ?? (step => step))).All(promise);
        }));

    private static IEnumerable<Seen> Live(MonotonicClock clock, SettableClock wall, IEnumerable<Step> history)
    {
        foreach (var step in history)
        {
            var before = clock.GetUtcNow();
            wall.Pass(TimeSpan.FromMilliseconds(step.Passes));
            wall.Jump(TimeSpan.FromMilliseconds(step.Jumps));
            var after = clock.GetUtcNow();
            if (step.Follows)
            {
                clock.Follow(clock.Step);
            }
            yield return new(step, before, after, clock.GetUtcNow(), wall.GetUtcNow());
        }
    }

    [Fact]
    public void It_never_goes_back() => Holds(seen => seen.After >= seen.Before && seen.Followed >= seen.After);

    [Fact]
    public void Once_it_is_let_follow_it_is_not_behind_the_wall() => Holds(seen => !seen.Step.Follows || seen.Followed >= seen.Wall);

    [Fact]
    public void Nothing_expires_earlier_than_the_slack() =>
        Holds(seen => seen.After - seen.Before <= TimeSpan.FromMilliseconds(seen.Step.Passes) + MonotonicClock.Slack);

    [Fact]
    public void Everything_expires_at_last_since_it_never_runs_slower_than_half_of_real_time() =>
        Holds(seen => seen.After - seen.Before >= TimeSpan.FromMilliseconds(seen.Step.Passes) / 2 - TimeSpan.FromTicks(1));

    [Fact]
    public void Without_jumps_it_is_the_wall() => Holds(seen => seen.After == seen.Wall, step => step with { Jumps = 0 });

    [Fact]
    public void Ahead_it_goes_on_by_real_time_until_it_is_let_follow()
    {
        var wall = new SettableClock(Start);
        var clock = new MonotonicClock(wall);
        wall.Jump(TimeSpan.FromDays(1));
        wall.Pass(TimeSpan.FromMinutes(10));

        Assert.Equal(Start.AddMinutes(10), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(1), clock.Step);
        clock.Follow(clock.Step);
        Assert.Equal(wall.GetUtcNow(), clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, clock.Step);
    }

    [Fact]
    public void What_the_wall_gains_slowly_is_no_step()
    {
        var wall = new SettableClock(Start);
        var clock = new MonotonicClock(wall);
        for (var i = 0; i < 100; i++)
        {
            wall.Pass(TimeSpan.FromMinutes(1));
            wall.Jump(TimeSpan.FromSeconds(1));
            Assert.Equal(wall.GetUtcNow(), clock.GetUtcNow());
            Assert.Equal(TimeSpan.Zero, clock.Step);
        }
    }

    [Fact]
    public void Where_nobody_could_let_it_follow_it_follows_at_once()
    {
        var wall = new SettableClock(Start);
        var clock = new MonotonicClock(wall, followsSteps: true);
        wall.Jump(TimeSpan.FromDays(1));

        Assert.Equal(wall.GetUtcNow(), clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, clock.Step);
    }

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
