using Wigwag.Core.Leases;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

public sealed class ReserveTests : IAsyncLifetime
{
    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task A_second_exclusive_holder_is_refused_and_told_who_holds_it_and_what_to_do()
    {
        await _yard.World.Do(
            Reserve.Operation, new() { Scopes = ["src/parser/**"], TtlSeconds = 600, Reason = "the lexer" }, _yard.Fred);
        var refused = await _yard.RefusedTo(_yard.Dave, "docs/**", "src/*/lexer.cs");
        Assert.Equal("scope_held", refused.Code);
        Assert.Equal("src/*/lexer.cs is held by fred/vc as src/parser/** until 2026-03-01 09:10:00Z.", refused.Message);
        var conflict = Assert.Single(refused.Details!["conflicts"]!.AsArray())!.AsObject();
        Assert.Equal("src/parser/**", (string?)conflict["scope"]);
        Assert.Equal("src/*/lexer.cs", (string?)conflict["requested"]);
        Assert.Equal("fred/vc", (string?)conflict["holder"]);
        Assert.Equal("Ann Lee <ann@example.org>", (string?)conflict["operator"]);
        Assert.Equal("the lexer", (string?)conflict["reason"]);
        Assert.Equal(1, (long?)conflict["token"]);
        Assert.Contains("wigwag send fred/vc", (string?)conflict["next"], StringComparison.Ordinal);
        Assert.Equal(["fred src/parser/**"], await _yard.Held());
    }

    [Fact]
    public async Task What_is_free_of_it_is_taken_when_that_is_asked()
    {
        await _yard.Reserve(_yard.Fred, "src/a.cs");
        var partly = await _yard.World.Do(Reserve.Operation, new() { Scopes = ["src/a.cs", "src/b.cs"], Partial = true }, _yard.Dave);
        Assert.Equal("src/b.cs", Assert.Single(partly.Granted).Scope);
        Assert.Equal("src/a.cs", Assert.Single(partly.Conflicts).Requested);
        Assert.Equal("scope_held", (await _yard.World.Refused(Reserve.Operation, new() { Scopes = ["src/a.cs"], Partial = true }, _yard.Dave)).Code);
    }

    [Fact]
    public async Task Many_hold_a_thing_shared_and_then_nobody_alone()
    {
        await _yard.Share(_yard.Fred, "docs/**");
        await _yard.Share(_yard.Dave, "docs/*.md");
        Assert.Equal("scope_held", (await _yard.RefusedTo(_yard.Gina, "docs/a.md")).Code);
        Assert.Equal("scope_held", (await _yard.RefusedTo(_yard.Dave, "docs/*.md")).Code);
        await _yard.Release(_yard.Fred, "docs/**");
        var alone = Assert.Single((await _yard.Reserve(_yard.Dave, "docs/*.md")).Granted);
        Assert.Equal((LeaseMode.Exclusive, 3), (alone.Mode, alone.Token));
    }

    [Fact]
    public async Task Asking_again_for_what_one_holds_renews_it_and_keeps_its_token()
    {
        var first = await _yard.Reserve(_yard.Dave, "src/");
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(20));
        var again = await _yard.Reserve(_yard.Dave, "./src");
        Assert.Equal(first.Token, again.Token);
        Assert.Equal(first.Granted[0].LeaseId, again.Granted[0].LeaseId);
        Assert.Equal(first.Granted[0].ExpiresAt + TimeSpan.FromMinutes(20), again.Granted[0].ExpiresAt);
        Assert.Single(await _yard.World.Kinds(), kind => kind == "lease.acquired");
    }

    [Fact]
    public async Task What_is_over_is_free_and_its_token_is_worth_nothing()
    {
        var first = await _yard.Reserve(_yard.Dave, "src/**");
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(30));
        Assert.Empty(await _yard.Held());
        Assert.Empty(await _yard.Check(_yard.Fred, "src/a.cs"));
        Assert.Equal("lease_over", (await _yard.World.Refused(CheckLease.Operation, new() { Token = first.Token }, _yard.Dave)).Code);
        var second = await _yard.Reserve(_yard.Fred, "src/a.cs");
        Assert.True(second.Token > first.Token);
        Assert.Contains("lease.expired", await _yard.World.Kinds());
        // The first holder comes back from a long sleep.
        Assert.Equal("lease_over", (await _yard.World.Refused(Renew.Operation, new() { Scopes = ["src/**"] }, _yard.Dave)).Code);
        Assert.Equal("lease_over", (await _yard.World.Refused(Release.Operation, new() { Scopes = ["src/**"] }, _yard.Dave)).Code);
        Assert.Equal("lease_over", (await _yard.World.Refused(Renew.Operation, new() { Token = first.Token }, _yard.Dave)).Code);
        Assert.Equal(["fred src/a.cs"], await _yard.Held());
    }

    [Fact]
    public async Task A_token_is_good_while_what_it_was_granted_for_is_held()
    {
        var grant = await _yard.Reserve(_yard.Dave, "a", "b");
        Assert.Equal(2, (await _yard.World.Do(CheckLease.Operation, new() { Token = grant.Token }, _yard.Dave)).Leases.Count);
        await _yard.Release(_yard.Dave, "a");
        Assert.Single((await _yard.World.Do(CheckLease.Operation, new() { Token = grant.Token }, _yard.Dave)).Leases);
        await _yard.Release(_yard.Dave);
        Assert.Equal("lease_over", (await _yard.World.Refused(CheckLease.Operation, new() { Token = grant.Token }, _yard.Dave)).Code);
        Assert.Equal("unknown_token", (await _yard.World.Refused(CheckLease.Operation, new() { Token = 99 }, _yard.Dave)).Code);
    }

    [Fact]
    public async Task An_edit_renews_what_it_lies_in()
    {
        await _yard.Reserve(_yard.Dave, "src/**", "docs");
        _yard.World.Clock.Pass(TimeSpan.FromMinutes(10));
        var renewed = await _yard.Renew(_yard.Dave, "src/a/[id].cs", "test/b.cs");
        Assert.Equal("src/**", Assert.Single(renewed.Leases).Scope);
        Assert.Equal(["test/b.cs"], renewed.NotHeld);
        Assert.Equal("not_held", (await _yard.World.Refused(Renew.Operation, new() { Scopes = ["test/b.cs"] }, _yard.Dave)).Code);
    }

    [Fact]
    public async Task A_renewal_with_the_token_of_another_grant_is_refused()
    {
        await _yard.Reserve(_yard.Dave, "src/**");
        await _yard.Reserve(_yard.Dave, "docs");
        Assert.Equal("stale_token", (await _yard.World.Refused(Renew.Operation, new() { Scopes = ["docs"], Token = 1 }, _yard.Dave)).Code);
    }

    [Theory]
    [InlineData("src/a.cs", "src/a.cs: fred src/**")]
    [InlineData("src/a/[id]/page.tsx", "src/a/[id]/page.tsx: fred src/**")]
    [InlineData("test/", "test/: fred test/x.cs")]
    [InlineData("db:users", "db:users: fred db:users")]
    [InlineData("test/x", null)]
    [InlineData("db:orders", null)]
    [InlineData("docs/a.md", "docs/a.md: gina docs/*.md")]
    public async Task A_path_is_checked_as_it_is_named(string path, string? expected)
    {
        await _yard.Reserve(_yard.Fred, "src/**", "test/x.cs", "db:users");
        await _yard.Share(_yard.Gina, "docs/*.md");
        await _yard.Reserve(_yard.Dave, "mine");
        Assert.Equal(expected is null ? [] : [expected], await _yard.Check(_yard.Dave, path));
        // The same, among many.
        var many = Enumerable.Range(0, 40).Select(i => $"other/{i}").Append("mine").Append(path).ToArray();
        Assert.Equal(expected is null ? [] : [expected], await _yard.Check(_yard.Dave, many));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a//b")]
    public async Task What_is_no_path_is_refused(string path) =>
        Assert.Equal("bad_path", (await _yard.World.Refused(CheckPaths.Operation, new() { Paths = [path] }, _yard.Dave)).Code);

    [Fact]
    public async Task Another_project_is_another_world()
    {
        await _yard.Reserve(_yard.Fred, "src/**");
        var beads = World.As(await _yard.World.Register(World.Clone(World.Beads, "/src/beads")));
        Assert.Equal(1, (await _yard.Reserve(beads, "src/**")).Token);
        Assert.Single((await _yard.World.Do(ListLeases.Operation, new(), beads)).Leases);
    }

    [Fact]
    public async Task Surfaces_are_no_paths()
    {
        await _yard.Reserve(_yard.Fred, "api:GET /v1/users", "kanban-surface");
        await _yard.Reserve(_yard.Dave, "./api:GET /v1/users", "api/mutations", "db:users");
        Assert.Equal("scope_held", (await _yard.RefusedTo(_yard.Dave, "api:**")).Code);
        Assert.Equal("scope_held", (await _yard.RefusedTo(_yard.Dave, "kanban-surface")).Code);
    }

    [Fact]
    public async Task A_list_is_paged_in_the_order_of_tokens()
    {
        for (var i = 0; i < 5; i++)
        {
            await _yard.Reserve(_yard.Dave, $"f{i}");
        }
        var first = await _yard.World.Do(ListLeases.Operation, new() { Limit = 3 }, _yard.Fred);
        var second = await _yard.World.Do(ListLeases.Operation, new() { Limit = 3, Cursor = first.NextCursor }, _yard.Fred);
        Assert.Equal(["f0", "f1", "f2", "f3", "f4"], first.Leases.Concat(second.Leases).Select(lease => lease.Scope));
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task Of_many_who_reserve_at_once_one_gets_it()
    {
        var callers = Enumerable.Range(0, 30).Select(i => (Who: i % 2 == 0 ? _yard.Dave : _yard.Fred, Scope: i % 3 == 0 ? "src/**" : "src/*.cs"));
        await Task.WhenAll(callers.Select(caller => _yard.World.Run(Reserve.Operation, new() { Scopes = [caller.Scope] }, caller.Who)));
        Assert.Single((await _yard.Held()).Select(held => held.Split(' ')[0]).Distinct());
    }
}
