using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Operations;

public sealed class IdempotencyKeyRetentionTests : IAsyncLifetime
{
    private readonly World _world = new();
    private Caller _dave = null!;

    public async ValueTask InitializeAsync() => _dave = World.As(await _world.Register(World.Clone(World.Vc, "/home/dave/src/vc", "dave")));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_key_is_known_for_thirty_days_and_forgotten_after_them()
    {
        var keys = new IdempotencyKeyRetention(_world.Dispatcher.Store);
        var first = await Create("k");
        _world.Clock.Pass(IdempotencyKeyRetention.KeptFor - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await keys.Forget(World.Stop));
        Assert.Equal(first, await Create("k"));

        var young = await Create("young");
        _world.Clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await keys.Forget(World.Stop));
        Assert.Equal(0, await keys.Forget(World.Stop));
        Assert.NotEqual(first, await Create("k"));
        Assert.Equal(young, await Create("young"));
    }

    [Fact]
    public async Task Many_are_forgotten_a_batch_at_a_time()
    {
        var keys = new IdempotencyKeyRetention(_world.Dispatcher.Store);
        for (var i = 0; i < 501; i++)
        {
            await Create($"k{i}");
        }
        _world.Clock.Pass(IdempotencyKeyRetention.KeptFor + TimeSpan.FromSeconds(1));
        Assert.Equal(500, await keys.Forget(World.Stop));
        Assert.Equal(1, await keys.Forget(World.Stop));
        Assert.Equal(0, await keys.Forget(World.Stop));
    }

    private async Task<IssueId> Create(string key) =>
        (await _world.Dispatcher.Run(CreateIssue.Operation, new() { Title = "It crashes" }, _dave, key, World.Stop)).Value.IssueId;
}
