using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>Waiting for what others hold: first come, first served.</summary>
public sealed class WaitTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task Who_waits_gets_it_when_it_is_given_back()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs");
        Assert.False(fred.IsCompleted);
        await _yard.Release(_yard.Dave);
        Assert.Equal("src/a.cs", (await fred.WaitAsync(Long, World.Stop)).Value.Granted[0].Scope);
        Assert.Empty(await _yard.Waiting());
    }

    [Fact]
    public async Task Turns_are_taken_in_the_order_of_asking()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        var fred = await _yard.Wait(_yard.Fred, "src/*.cs");
        var gina = await _yard.Wait(_yard.Gina, "src/a*");
        Assert.Equal(["fred src/*.cs", "gina src/a*"], await _yard.Waiting());
        await _yard.Release(_yard.Dave);
        await fred.WaitAsync(Long, World.Stop);
        Assert.False(gina.IsCompleted);
        // Who comes later and would not wait does not get between.
        Assert.Equal("scope_awaited", (await _yard.RefusedTo(_yard.Dave, "src/abc")).Code);
        await _yard.Release(_yard.Fred);
        Assert.Equal("gina/vc", (await gina.WaitAsync(Long, World.Stop)).Value.Granted[0].Holder.Value);
    }

    [Fact]
    public async Task Who_waits_gets_it_when_its_time_is_over()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs");
        await _yard.Pass(TimeSpan.FromMinutes(31));
        Assert.True((await fred.WaitAsync(Long, World.Stop)).Value.Token > 1);
    }

    [Fact]
    public async Task Who_waited_in_vain_is_told_who_holds_it_and_leaves_the_queue()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs", seconds: 60);
        await _yard.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal("scope_held", (await fred.WaitAsync(Long, World.Stop)).Error?.Code);
        Assert.Empty(await _yard.Waiting());
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_queue()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        using var gone = new CancellationTokenSource();
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs", cancel: gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fred);
        Assert.Empty(await _yard.Waiting());
    }

    [Fact]
    public async Task Who_holds_what_the_first_waits_for_does_not_wait_for_it_in_turn()
    {
        await _yard.Reserve(_yard.Dave, "a");
        // Fred wants both; b is free, and he comes first for it.
        var fred = _yard.World.Run(Reserve.Operation, new() { Scopes = ["a", "b"], WaitSeconds = 600 }, _yard.Fred);
        while ((await _yard.Waiting()).Count == 0)
        {
            await Task.Delay(5, World.Stop);
        }
        Assert.Equal("scope_awaited", (await _yard.RefusedTo(_yard.Gina, "b")).Code);
        await _yard.Reserve(_yard.Dave, "b");
        await _yard.Release(_yard.Dave);
        Assert.Equal(2, (await fred.WaitAsync(Long, World.Stop)).Value.Granted.Count);
    }

    [Fact]
    public async Task A_wait_that_is_repeated_with_its_key_gives_the_first_answer()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs", key: "k");
        await _yard.Release(_yard.Dave);
        var first = (await fred.WaitAsync(Long, World.Stop)).Value;
        var again = (await (await _yard.Wait(_yard.Fred, "src/a.cs", key: "k")).WaitAsync(Long, World.Stop)).Value;
        Assert.Equal(first.Granted[0].LeaseId, again.Granted[0].LeaseId);
        Assert.Single(await _yard.World.Kinds(), kind => kind == "lease.released");
    }

    [Fact]
    public async Task Nothing_is_waited_for_longer_than_an_hour() => Assert.Equal(
        "bad_wait", (await _yard.World.Refused(Reserve.Operation, new() { Scopes = ["a"], WaitSeconds = 3601 }, _yard.Dave)).Code);
}
