using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>Leases that change hands: taken away, or handed over.</summary>
public sealed class HandoverTests : IAsyncLifetime
{
    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task A_lease_is_taken_from_one_who_is_gone_and_they_are_told()
    {
        var bob = await Bob();
        var held = await _yard.Reserve(bob, "src/**");
        var force = new ForceReleaseRequest { LeaseId = held.Granted[0].LeaseId, Reason = "its machine is off" };
        Assert.Equal("holder_is_there", (await _yard.World.Refused(ForceRelease.Operation, force, _yard.Fred)).Code);
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(11));
        var refused = await _yard.RefusedTo(_yard.Fred, "src/a.cs");
        Assert.Contains($"wigwag lease force-release {force.LeaseId}", refused.Next, StringComparison.Ordinal);
        await _yard.World.Do(ForceRelease.Operation, force, _yard.Fred);
        var taken = await _yard.Reserve(_yard.Fred, "src/a.cs");
        Assert.True(taken.Token > held.Token + 1); // the loss has a token of its own
        Assert.Equal("lease_over", (await _yard.World.Refused(Renew.Operation, new() { Scopes = ["src/**"] }, bob)).Code);
        var told = Assert.Single((await _yard.World.Do(CheckInbox.Operation, new(), bob)).Messages);
        Assert.Equal("You no longer hold src/**", told.Subject);
        var forced = Assert.Single(await _yard.World.Events(), fact => fact.Kind == "lease.forced");
        Assert.Equal(["bob/vc"], forced.Audience);
        Assert.Equal("its machine is off", forced.Fact.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task The_human_behind_an_agent_takes_its_lease_away_at_any_time()
    {
        var held = await _yard.Reserve(_yard.Dave, "src/**");
        await _yard.World.Do(ForceRelease.Operation, new() { LeaseId = held.Granted[0].LeaseId, Reason = "stop" }, _yard.Ann);
        Assert.Empty(await _yard.Held());
        Assert.Equal(
            "lease_over",
            (await _yard.World.Refused(ForceRelease.Operation, new() { LeaseId = held.Granted[0].LeaseId, Reason = "again" }, _yard.Ann)).Code);
    }

    [Fact]
    public async Task Nothing_is_taken_away_without_a_reason()
    {
        var held = await _yard.Reserve(_yard.Dave, "src/**");
        Assert.Equal(
            "bad_reason", (await _yard.World.Refused(ForceRelease.Operation, new() { LeaseId = held.Granted[0].LeaseId, Reason = " " }, _yard.Ann)).Code);
    }

    [Fact]
    public async Task What_is_handed_over_is_never_free_and_has_a_new_token()
    {
        var held = await _yard.Reserve(_yard.Dave, "src/**", "docs");
        var fred = await _yard.Wait(_yard.Fred, "src/a.cs", seconds: 60);
        var moved = await _yard.World.Do(TransferLease.Operation, new() { To = "gina", Scopes = ["src/**"], Reason = "lunch" }, _yard.Dave);
        Assert.True(moved.Token > held.Token);
        Assert.Equal(["dave docs", "gina src/**"], await _yard.Held());
        Assert.Equal("You hold src/** now", Assert.Single((await _yard.World.Do(CheckInbox.Operation, new(), _yard.Gina)).Messages).Subject);
        Assert.False(fred.IsCompleted);
        await _yard.Release(_yard.Gina);
        Assert.Null((await fred.WaitAsync(TimeSpan.FromSeconds(60), World.Stop)).Error);
    }

    [Theory]
    [InlineData(false, "src", "src/a.cs")]
    [InlineData(false, "src/a.cs", "src/**")]
    [InlineData(true, "src/**", "src/*.cs")]
    public async Task What_meets_something_that_is_kept_is_not_handed_over_without_it(bool shared, string given, string kept)
    {
        await _yard.World.Do(Reserve.Operation, new() { Scopes = [kept] }, _yard.Dave);
        await _yard.World.Do(Reserve.Operation, new() { Scopes = [given], Shared = shared }, _yard.Dave);

        var refused = await _yard.World.Refused(TransferLease.Operation, new() { To = "gina", Scopes = [given] }, _yard.Dave);

        Assert.Equal((ErrorKind.Conflict, "overlap_kept"), (refused.Kind, refused.Code));
        Assert.Contains(kept, refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await _yard.World.Do(TransferLease.Operation, new() { To = "gina", Scopes = [given, kept] }, _yard.Dave)).Leases.Count);
    }

    [Fact]
    public async Task What_is_shared_is_handed_over_beside_something_shared_that_is_kept()
    {
        await _yard.World.Do(Reserve.Operation, new() { Scopes = ["src/**", "src/a.cs"], Shared = true }, _yard.Dave);
        Assert.Single((await _yard.World.Do(TransferLease.Operation, new() { To = "gina", Scopes = ["src/a.cs"] }, _yard.Dave)).Leases);
    }

    private async Task<Caller> Bob()
    {
        var clone = World.Clone(World.Vc, "/src/bob/vc", "bob");
        return World.As(await _yard.World.Register(clone with { OperatorName = "Bob", OperatorEmail = "bob@example.org" }));
    }
}
