using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>Slots: so many agents at a time and no more.</summary>
public sealed class SlotTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task A_slot_has_one_place_until_somebody_says_otherwise()
    {
        Assert.Equal(1, (await Acquire(_yard.Dave, "gpu")).Value.Token);
        var full = (await Acquire(_yard.Fred, "gpu")).Error!;
        Assert.Equal("slot_full", full.Code);
        Assert.Equal("The place in gpu is taken: dave/vc until 2026-03-01 09:30:00Z.", full.Message);
        await _yard.World.Do(DefineSlot.Operation, new() { Slot = "gpu", Capacity = 2 }, _yard.Fred);
        Assert.Equal(2, (await Acquire(_yard.Fred, "gpu")).Value.Token);
        Assert.Equal("slot_full", (await Acquire(_yard.Gina, "gpu")).Error?.Code);
        var slot = Assert.Single((await _yard.World.Do(ListSlots.Operation, new(), _yard.Gina)).Slots);
        Assert.Equal(("gpu", 2, 0), (slot.Name, slot.Capacity, slot.Free));
        Assert.Equal(["dave/vc", "fred/vc"], slot.Holders.Select(lease => lease.Holder.Value));
    }

    [Fact]
    public async Task Acquiring_again_renews_and_releasing_frees()
    {
        var first = (await Acquire(_yard.Dave, "build")).Value;
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(20));
        var again = (await Acquire(_yard.Dave, "build")).Value;
        Assert.Equal((first.Token, first.Lease.ExpiresAt + TimeSpan.FromMinutes(20)), (again.Token, again.Lease.ExpiresAt));
        Assert.Equal("stale_token", (await _yard.World.Refused(ReleaseSlot.Operation, new() { Slot = "build", Token = 9 }, _yard.Dave)).Code);
        await _yard.World.Do(ReleaseSlot.Operation, new() { Slot = "build" }, _yard.Dave);
        Assert.Equal("not_held", (await _yard.World.Refused(ReleaseSlot.Operation, new() { Slot = "build" }, _yard.Dave)).Code);
        Assert.True((await Acquire(_yard.Fred, "build")).Value.Token > first.Token);
    }

    [Fact]
    public async Task A_place_whose_time_is_over_is_free()
    {
        var first = (await Acquire(_yard.Dave, "build")).Value;
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(30));
        Assert.True((await Acquire(_yard.Fred, "build")).Value.Token > first.Token);
        Assert.Equal("lease_over", (await _yard.World.Refused(CheckLease.Operation, new() { Token = first.Token }, _yard.Dave)).Code);
    }

    [Fact]
    public async Task Places_are_waited_for_in_the_order_of_asking()
    {
        await Acquire(_yard.Dave, "build");
        var fred = await Wait(_yard.Fred);
        var gina = await Wait(_yard.Gina);
        await _yard.World.Do(ReleaseSlot.Operation, new() { Slot = "build" }, _yard.Dave);
        await fred.WaitAsync(Long, World.Stop);
        Assert.Equal("slot_full", (await Acquire(_yard.Dave, "build")).Error?.Code);
        Assert.False(gina.IsCompleted);
        await _yard.Pass(TimeSpan.FromMinutes(31)); // Fred's time is over, and so is not Gina's patience
        Assert.Equal("gina/vc", (await gina.WaitAsync(Long, World.Stop)).Value.Lease.Holder.Value);
    }

    [Fact]
    public async Task Of_many_who_run_as_many_get_in_as_there_are_places()
    {
        await _yard.World.Do(DefineSlot.Operation, new() { Slot = "gpu", Capacity = 2 }, _yard.Dave);
        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Acquire((i % 3) switch { 0 => _yard.Dave, 1 => _yard.Fred, _ => _yard.Gina }, "gpu")));
        Assert.Equal(2, results.Where(result => result.Error is null).Select(result => result.Value.Lease.Holder).Distinct().Count());
    }

    [Fact]
    public async Task A_slot_is_no_reservation()
    {
        await Acquire(_yard.Dave, "build");
        Assert.Empty(await _yard.Check(_yard.Fred, "build"));
        await _yard.Reserve(_yard.Fred, "build");
        Assert.Equal("bad_slot", (await Acquire(_yard.Dave, "a b")).Error?.Code);
    }

    private Task<Result<SlotPlace>> Acquire(Caller by, string slot) => _yard.World.Run(AcquireSlot.Operation, new() { Slot = slot }, by);

    private async Task<Task<Result<SlotPlace>>> Wait(Caller by)
    {
        var before = await Waiting(by);
        var answer = _yard.World.Run(AcquireSlot.Operation, new() { Slot = "build", WaitSeconds = 3600 }, by);
        while (await Waiting(by) == before)
        {
            await Task.Delay(5, World.Stop);
        }
        return answer;
    }

    /// <summary>How many wait for the build, as one who asks in vain is told.</summary>
    private async Task<long> Waiting(Caller by) =>
        (long)(await Acquire(by == _yard.Fred ? _yard.Gina : _yard.Fred, "build")).Error!.Details!["waiting"]!;
}
