using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Projects;

namespace Wigwag.Tests.Leases;

/// <summary>What a project decides for all who work in it.</summary>
public sealed class PolicyTests : IAsyncLifetime
{
    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    [Fact]
    public async Task Hooks_warn_until_the_project_says_otherwise()
    {
        Assert.Equal(ReservationPolicy.Warn, (await _yard.World.Do(CheckPaths.Operation, new() { Paths = ["a"] }, _yard.Dave)).Policy);
        await _yard.World.Do(SetProjectPolicy.Operation, new() { ReservationPolicy = ReservationPolicy.ReserveOnEdit }, _yard.Dave);
        Assert.Equal(ReservationPolicy.ReserveOnEdit, (await _yard.World.Do(CheckPaths.Operation, new() { Paths = ["a"] }, _yard.Dave)).Policy);
        Assert.Equal(ReservationPolicy.ReserveOnEdit, (await _yard.World.Do(ShowProject.Operation, new(), _yard.Dave)).ReservationPolicy);
        Assert.Single(await _yard.World.Kinds(), kind => kind == "project.policy_changed");
    }

    [Fact]
    public async Task Whether_case_counts_is_settled_for_what_is_held_already_too()
    {
        await _yard.Reserve(_yard.Fred, "Docs/README.md", "SRC/**/*.CS");
        Assert.Empty(await _yard.Check(_yard.Dave, "docs/readme.md", "src/a/b.cs"));
        await _yard.World.Do(SetProjectPolicy.Operation, new() { PathCase = PathCase.Insensitive }, _yard.Dave);
        Assert.Equal(["docs/readme.md: fred Docs/README.md", "src/a/b.cs: fred SRC/**/*.CS"], await _yard.Check(_yard.Dave, "docs/readme.md", "src/a/b.cs"));
        Assert.Equal("scope_held", (await _yard.RefusedTo(_yard.Dave, "dOCS")).Code);
    }

    [Fact]
    public async Task A_name_typed_on_a_mac_is_the_name_typed_elsewhere()
    {
        await _yard.Reserve(_yard.Fred, "docs/cafe\u0301.md");
        Assert.Equal(["docs/caf\u00e9.md: fred docs/caf\u00e9.md"], await _yard.Check(_yard.Dave, "docs/caf\u00e9.md"));
    }
}
