using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Storage.Blobs;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Leases;

/// <summary>A clock that goes back never gives a thing to two, and nobody holds it longer for that than it was asked for, and once as long again.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task After_a_restart_under_a_clock_that_went_back_a_lease_lasts_no_longer_than_was_left_of_it()
    {
        var dave = await As(0, Agent("dave"));
        Assert.Null((await Run(0, Reserve.Operation, new() { Scopes = ["src/**"] }, dave)).Error);
        // A renewal is no fact of the log; its time counts all the same.
        Assert.Null((await Run(20, Renew.Operation, new(), dave)).Error);
        var fred = await As(20, Agent("fred"));
        var refused = (await Run(-60, Reserve.Operation, new() { Scopes = ["src/a.cs"] }, fred)).Error!;
        Assert.Equal("scope_held", refused.Code);
        Assert.Contains("until 2026-03-01 09:50:00Z", refused.Message, StringComparison.Ordinal);
        var listed = (await Run(-60, ListLeases.Operation, new(), fred)).Value;
        Assert.Equal(TimeSpan.FromMinutes(30), listed.Leases[0].ExpiresAt - listed.Leases[0].RenewedAt);
        Assert.Null((await Run(51, Reserve.Operation, new() { Scopes = ["src/a.cs"] }, fred)).Error);
    }

    [Fact]
    public async Task While_it_runs_a_clock_that_steps_back_delays_the_end_of_a_lease_and_never_hastens_it()
    {
        var clock = new ManualClock();
        await using var store = TestEngine.Open(_folder, clock);
        var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]));
        var dave = World.As((await dispatcher.Run(RegisterAgent.Operation, Agent("dave"), World.Local, cancel: World.Stop)).Value);
        var fred = World.As((await dispatcher.Run(RegisterAgent.Operation, Agent("fred"), World.Local, cancel: World.Stop)).Value);
        await dispatcher.Run(Reserve.Operation, new() { Scopes = ["src/**"] }, dave, cancel: World.Stop);
        clock.StepBack(TimeSpan.FromHours(5));
        clock.Pass(TimeSpan.FromMinutes(31));
        Assert.Equal("scope_held", (await dispatcher.Run(Reserve.Operation, new() { Scopes = ["src"] }, fred, cancel: World.Stop)).Error?.Code);
        clock.Pass(TimeSpan.FromMinutes(30));
        Assert.Null((await dispatcher.Run(Reserve.Operation, new() { Scopes = ["src"] }, fred, cancel: World.Stop)).Error);
    }

    private static RegisterAgentRequest Agent(string name) => World.Clone(World.Vc, $"/src/{name}/vc", name);

    private async Task<Caller> As(int minutes, RegisterAgentRequest agent) => World.As((await Run(minutes, RegisterAgent.Operation, agent, World.Local)).Value);

    /// <summary>Opens the store when the wall clock shows so many minutes after nine, does one thing, and closes it.</summary>
    private async Task<Result<TAnswer>> Run<TRequest, TAnswer>(int minutes, Operation<TRequest, TAnswer> operation, TRequest request, Caller caller)
        where TRequest : class
        where TAnswer : class
    {
        var clock = new ManualClock();
        clock.Pass(TimeSpan.FromMinutes(minutes));
        await using var store = TestEngine.Open(_folder, clock);
        return await new Dispatcher(store, FileBlobs.Open(_folder["blobs"])).Run(operation, request, caller, cancel: World.Stop);
    }
}
