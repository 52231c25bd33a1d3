using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Leases;

/// <summary>A project's fencing token only grows: across restarts, across restores, also of projects and grants that the backup knows nothing of.</summary>
public sealed class TokenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_grows_across_restarts_and_lapses()
    {
        var first = await Reserve(World.Vc, "a");
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.True(await Reserve(World.Vc, "a") > first);
    }

    [Fact]
    public async Task After_a_restore_it_is_above_all_that_were_given_out_since_the_backup()
    {
        await Reserve(World.Vc, "a");
        await using (var store = Open())
        {
            await SqliteBackup.Write(store, _folder["blobs"], _folder["backup"], World.Stop);
        }
        var lost = await Reserve(World.Vc, "b");
        var unknown = await Reserve(World.Beads, "a"); // of a project that the backup has never heard of
        await Restore();
        var after = await Reserve(World.Vc, "c");
        Assert.True(after > lost);
        Assert.True(await Reserve(World.Beads, "a") > unknown);
        await Restore();
        Assert.True(await Reserve(World.Vc, "d") > after);
    }

    [Fact]
    public async Task Also_when_what_was_given_out_cannot_be_read_any_more()
    {
        await using (var store = Open())
        {
            await SqliteBackup.Write(store, _folder["blobs"], _folder["backup"], World.Stop);
        }
        await Restore();
        var lost = await Reserve(World.Vc, "a");
        await File.WriteAllTextAsync(_folder["wigwag.db"], "not a database at all, but long enough to be looked at", World.Stop);
        _clock.Pass(TimeSpan.FromSeconds(1));
        await Restore();
        Assert.True(await Reserve(World.Vc, "a") > lost);
    }

    private Task<Restored> Restore() => SqliteBackup.Restore(_folder["backup"], _folder["wigwag.db"], _folder["blobs"], _clock, World.Stop);

    private SqliteStore Open() => SqliteStore.Open(_folder["wigwag.db"], wall: _clock);

    /// <summary>Opens the database, reserves, closes it; the token.</summary>
    private async Task<long> Reserve(string remote, string scope)
    {
        await using var store = Open();
        var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]));
        var agent = await dispatcher.Run(RegisterAgent.Operation, World.Clone(remote, "/src/" + remote), World.Local, cancel: World.Stop);
        Assert.True(agent.Error is null, agent.Error?.ToString());
        var reserved = await dispatcher.Run(Core.Leases.Reserve.Operation, new() { Scopes = [scope] }, World.As(agent.Value), cancel: World.Stop);
        Assert.True(reserved.Error is null, reserved.Error?.ToString());
        return reserved.Value.Token;
    }
}
