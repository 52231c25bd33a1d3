using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Locks;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Leases;

/// <summary>The short form that agents know as locks.</summary>
public sealed class LockTests : IAsyncLifetime
{
    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task A_lock_is_acquired_or_says_who_blocks_it()
    {
        var mine = await Acquire(_yard.Dave, "src/a.cs", "the lexer");
        Assert.Equal((true, LockAction.Acquired, 1), (mine.Success, mine.Action, mine.Token));
        Assert.Equal(_yard.World.Clock.GetUtcNow().AddMinutes(15), mine.ExpiresAt);
        var blocked = await Acquire(_yard.Fred, "src/a.cs");
        Assert.Equal((false, LockAction.Blocked, "dave/vc", "the lexer"), (blocked.Success, blocked.Action, blocked.LockedBy?.Value, blocked.Reason));
        Assert.Equal(mine.ExpiresAt, blocked.ExpiresAt);
        Assert.Contains("wigwag send dave/vc", blocked.Next, StringComparison.Ordinal);
        Assert.True((await Acquire(_yard.Fred, "src/b.cs")).Success);
    }

    [Fact]
    public async Task A_file_is_itself_whatever_characters_are_in_its_name()
    {
        await Acquire(_yard.Dave, "app/[id]/page.tsx");
        Assert.True((await Acquire(_yard.Fred, "app/i/page.tsx")).Success);
        Assert.False((await Acquire(_yard.Fred, "/src/fred/vc/app/[id]/page.tsx")).Success); // the same, from the root of his clone
        Assert.Equal(
            "bad_path", (await _yard.World.Refused(AcquireLock.Operation, new() { FilePath = "/etc/passwd" }, _yard.Fred)).Code);
    }

    [Fact]
    public async Task Logical_keys_are_locked_as_files_are()
    {
        await Acquire(_yard.Dave, "db:schema:users");
        Assert.False((await Acquire(_yard.Fred, "db:schema:users")).Success);
        Assert.True((await Acquire(_yard.Fred, "db:schema:orders")).Success);
    }

    [Fact]
    public async Task A_lock_is_given_back_once()
    {
        await Acquire(_yard.Dave, "src/a.cs");
        Assert.Equal(LockAction.NotHeld, (await Release(_yard.Fred, "src/a.cs")).Action);
        Assert.Equal(LockAction.Released, (await Release(_yard.Dave, "./src/a.cs")).Action);
        Assert.Equal(LockAction.NotHeld, (await Release(_yard.Dave, "src/a.cs")).Action);
        Assert.True((await Acquire(_yard.Fred, "src/a.cs")).Success);
    }

    [Fact]
    public async Task What_is_locked_can_be_seen_by_all()
    {
        await Acquire(_yard.Dave, "src/a.cs");
        await _yard.Reserve(_yard.Fred, "docs/**");
        var all = (await _yard.World.Do(CheckLocks.Operation, new(), _yard.Fred)).Locks;
        Assert.Equal(["dave/vc src/a.cs False", "fred/vc docs/** True"], all.Select(held => $"{held.LockedBy} {held.FilePath} {held.Mine}"));
        var some = (await _yard.World.Do(CheckLocks.Operation, new() { FilePaths = ["docs/x.md", "free"] }, _yard.Fred)).Locks;
        Assert.Equal("docs/**", Assert.Single(some).FilePath);
    }

    private Task<LockAnswer> Acquire(Caller by, string path, string? reason = null) =>
        _yard.World.Do(AcquireLock.Operation, new() { FilePath = path, Reason = reason, TtlMinutes = 15 }, by);

    private Task<LockAnswer> Release(Caller by, string path) => _yard.World.Do(ReleaseLock.Operation, new() { FilePath = path }, by);
}
