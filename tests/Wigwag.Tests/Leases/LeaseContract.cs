using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Leases;

/// <summary>What leases promise on any engine, with real concurrency.</summary>
public abstract class LeaseContract : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private IStore _store = null!;
    private Dispatcher _dispatcher = null!;
    private Caller[] _agents = [];

    protected TemporaryFolder Folder { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _store = await Open();
        _dispatcher = new(_store, FileBlobs.Open(Folder["blobs"]));
        _agents = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
            World.As(await Do(RegisterAgent.Operation, World.Clone(World.Vc, $"/src/a{i}/vc", $"a{i}"), World.Local))));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await CleanUp();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<IStore> Open();

    protected virtual ValueTask CleanUp() => ValueTask.CompletedTask;

    [Fact]
    public async Task Of_many_who_reserve_overlapping_scopes_at_once_one_has_them()
    {
        string[] scopes = ["src/**", "src/*.cs", "src/a.cs", "**/a.cs"];
        for (var round = 0; round < 5; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Run(Reserve.Operation, new() { Scopes = [scopes[i / 4]] }, _agents[i % 4])));
            Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal("scope_held", result.Error!.Code));
            var held = (await Do(ListLeases.Operation, new(), _agents[0])).Leases;
            Assert.Single(held.Select(lease => lease.Holder).Distinct());
            Assert.Equal(held.Count, held.Select(lease => lease.Token).Distinct().Count());
            await Do(Release.Operation, new(), _agents.Single(agent => agent.Agent == held[0].Holder));
        }
    }

    [Fact]
    public async Task A_reservation_goes_through_its_whole_life()
    {
        var first = await Do(Reserve.Operation, new() { Scopes = ["src/**/*.cs", "docs", "db:users"], Reason = "all of it" }, _agents[0]);
        var partly = await Do(Reserve.Operation, new() { Scopes = ["src/a/b.cs", "test/x"], Partial = true, Shared = true }, _agents[1]);
        Assert.Equal("test/x", Assert.Single(partly.Granted).Scope);
        Assert.Equal("src/**/*.cs", Assert.Single(partly.Conflicts).Scope);
        var check = await Do(CheckPaths.Operation, new() { Paths = ["src/q/b.cs", "docs/", "db:users", "free"], Patterns = ["do*/**"] }, _agents[1]);
        Assert.Equal(["db:users", "do*/**", "docs/", "src/q/b.cs"], check.Held.Select(hold => hold.Path).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await Do(CheckLease.Operation, new() { Token = first.Token }, _agents[0])).Leases.Count);
        Assert.Equal("src/**/*.cs", Assert.Single((await Do(Renew.Operation, new() { Scopes = ["src/z.cs"], TtlSeconds = 3600 }, _agents[0])).Leases).Scope);
        var moved = await Do(TransferLease.Operation, new() { To = "a2/vc", Scopes = ["docs"] }, _agents[0]);
        Assert.True(moved.Token > partly.Token);
        var force = new ForceReleaseRequest { LeaseId = moved.Leases[0].LeaseId, Reason = "enough" };
        await Do(ForceRelease.Operation, force, World.Local with { Project = _agents[0].Project, Operator = _agents[0].Operator });
        Assert.Equal("lease_over", (await Run(Renew.Operation, new() { Scopes = ["docs"] }, _agents[2])).Error?.Code);
        await Do(SetProjectPolicy.Operation, new() { PathCase = Core.Leases.Scopes.PathCase.Insensitive }, _agents[0]);
        Assert.Single((await Do(CheckPaths.Operation, new() { Paths = ["SRC/A.CS"] }, _agents[1])).Held);
        Assert.Equal(2, (await Do(Release.Operation, new(), _agents[0])).Leases.Count);
        Assert.Equal(["test/x"], (await Do(ListLeases.Operation, new() { Kind = LeaseKind.Reservation, Agent = "a1/vc" }, _agents[3])).Leases.Select(lease => lease.Scope));
    }

    [Fact]
    public async Task Turns_are_taken_in_the_order_of_asking()
    {
        await Do(Reserve.Operation, new() { Scopes = ["src/**"] }, _agents[0]);
        var second = await Waits(_agents[1], 1);
        var third = await Waits(_agents[2], 2);
        await Do(Release.Operation, new(), _agents[0]);
        Assert.Null((await second.WaitAsync(Long, World.Stop)).Error);
        Assert.False(third.IsCompleted);
        await Do(Release.Operation, new(), _agents[1]);
        Assert.Null((await third.WaitAsync(Long, World.Stop)).Error);
    }

    [Fact]
    public async Task What_is_over_is_free()
    {
        await Do(Reserve.Operation, new() { Scopes = ["src/**"], TtlSeconds = 1 }, _agents[0]);
        var next = await Run(Reserve.Operation, new() { Scopes = ["src/a"], WaitSeconds = 60 }, _agents[1]).WaitAsync(Long, World.Stop);
        Assert.Equal(3, next.Value.Token); // the loss has the second
    }

    [Fact]
    public async Task Claims_and_slots_are_leases_too()
    {
        var issue = await Do(CreateIssue.Operation, new() { Title = "Crash" }, _agents[0]);
        var claims = await Task.WhenAll(_agents.Select(agent => Run(ClaimIssue.Operation, new() { IssueId = issue.IssueId }, agent)));
        var claimed = Assert.Single(claims, claim => claim.Error is null).Value;
        var holder = _agents.Single(agent => agent.Agent == claimed.Assignee);
        await Do(Heartbeat.Operation, new(), holder);
        Assert.Equal(IssueStatus.Closed, (await Do(CloseIssue.Operation, new() { IssueId = issue.IssueId, Token = claimed.ClaimToken }, holder)).Status);
        await Do(DefineSlot.Operation, new() { Slot = "gpu", Capacity = 2 }, _agents[0]);
        var places = await Task.WhenAll(_agents.Select(agent => Run(AcquireSlot.Operation, new() { Slot = "gpu" }, agent)));
        Assert.Equal(2, places.Count(place => place.Error is null));
        var inIt = places.First(place => place.Error is null).Value.Lease.Holder;
        var waits = Run(AcquireSlot.Operation, new() { Slot = "gpu", WaitSeconds = 60 }, _agents[places.ToList().FindIndex(place => place.Error is not null)]);
        await Do(ReleaseSlot.Operation, new() { Slot = "gpu" }, _agents.Single(agent => agent.Agent == inIt));
        Assert.Null((await waits.WaitAsync(Long, World.Stop)).Error);
        Assert.Equal(0, Assert.Single((await Do(ListSlots.Operation, new(), _agents[0])).Slots).Free);
        await new LeaseWatch(_store).Tell(World.Stop);
    }

    private async Task<Task<Result<Reserved>>> Waits(Caller by, int place)
    {
        var answer = Run(Reserve.Operation, new() { Scopes = ["src/a.cs"], WaitSeconds = 120 }, by);
        while (!answer.IsCompleted && (await Do(ListLeases.Operation, new(), by)).Waiting.Count < place)
        {
            await Task.Delay(5, World.Stop);
        }
        return answer;
    }

    private async Task<Result<TAnswer>> Run<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller caller)
        where TRequest : class
        where TAnswer : class => await _dispatcher.Run(operation, request, caller, cancel: World.Stop);

    private async Task<TAnswer> Do<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller caller)
        where TRequest : class
        where TAnswer : class
    {
        var result = await Run(operation, request, caller);
        Assert.True(result.Error is null, result.Error?.ToString());
        return result.Value;
    }
}

public sealed class LeasesOnSqlite : LeaseContract
{
    protected override ValueTask<IStore> Open() => new(SqliteStore.Open(Folder["wigwag.db"]));
}

public sealed class LeasesOnPostgres : LeaseContract
{
    private string _database = "";

    protected override async ValueTask<IStore> Open()
    {
        var cluster = await PostgresCluster.Shared;
        _database = await cluster.Database();
        return await PostgresStore.Open(cluster.Address(_database));
    }

    protected override async ValueTask CleanUp() => await (await PostgresCluster.Shared).Drop(_database);
}
