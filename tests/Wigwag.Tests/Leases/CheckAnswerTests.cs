using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Locks;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>Whoever asks before a change is told of what refuses it, whatever else is held.</summary>
public sealed class CheckAnswerTests : IAsyncLifetime
{
    private Yard _yard = null!;

    public async ValueTask InitializeAsync() => _yard = await Yard.Open();

    public ValueTask DisposeAsync() => _yard.DisposeAsync();

    /// <summary>Agents hold so much shared that no page of it has room for the one thing that another may not change.</summary>
    private async Task Crowd()
    {
        for (var agent = 0; agent < 6; agent++)
        {
            var by = World.As(await _yard.World.Register(World.Clone(World.Vc, $"/src/s{agent}/vc", $"s{agent}")));
            await _yard.Share(by, [.. Enumerable.Range(0, 45).Select(i => $"src/?*{i:00}")]);
            await _yard.Share(by, [.. Enumerable.Range(0, 45).Select(i => $"{{src,b{i:00}}}/crowded")]);
        }
        await _yard.Reserve(_yard.Gina, "src/z");
    }

    public static TheoryData<string[], string[]> Asked => new()
    {
        { ["src/crowded", "src/z"], [] },
        { ["src/"], [] },
        { ["src/crowded"], ["src/*"] },
        { ["src/crowded"], ["**"] },
        { [.. Enumerable.Repeat("src/crowded", 30), "src/z"], [] },
        { [.. Enumerable.Range(0, 30).Select(i => $"src/a{i:000}x"), "src/"], [] },
    };

    [Theory]
    [MemberData(nameof(Asked))]
    public async Task What_refuses_is_told_among_any_number_that_does_not(string[] paths, string[] patterns)
    {
        await Crowd();
        var held = (await _yard.World.Do(CheckPaths.Operation, new() { Paths = paths, Patterns = patterns }, _yard.Dave)).Held;
        Assert.Equal(("src/z", LeaseMode.Exclusive), (held[0].Scope, held[0].Mode));
        Assert.True(held.Count > 1);
    }

    [Fact]
    public async Task A_list_of_locks_has_what_nobody_else_may_hold_first()
    {
        await Crowd();
        Assert.Equal("src/z", (await _yard.World.Do(CheckLocks.Operation, new(), _yard.Dave)).Locks[0].FilePath);
        Assert.Equal("src/z", (await _yard.World.Do(CheckLocks.Operation, new() { FilePaths = ["src/crowded", "src/z"] }, _yard.Dave)).Locks[0].FilePath);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task Every_path_that_was_asked_about_is_answered(int count)
    {
        await _yard.Reserve(_yard.Gina, "src/**");
        var paths = Enumerable.Range(0, count).Select(i => $"src/{i}").ToArray();
        Assert.Equal(paths.Select(path => $"{path}: gina src/**"), await _yard.Check(_yard.Dave, paths));
    }

    [Theory]
    [InlineData("src/tab\there")]
    [InlineData("src/line\nend/x")]
    [InlineData("src/\u001b[31m")]
    [InlineData("src/trailing ")]
    [InlineData("src/'\"`$(x)")]
    [InlineData("src/back\\slash")]
    public async Task A_name_that_nobody_can_reserve_by_itself_is_covered_by_patterns(string path)
    {
        await _yard.Reserve(_yard.Gina, "src/**");
        Assert.Equal([$"{path}: gina src/**"], await _yard.Check(_yard.Dave, path));
        Assert.Single(await _yard.Check(_yard.Dave, [.. Enumerable.Repeat(path, 21)]));
        await _yard.Renew(_yard.Gina, path);
        Assert.Equal("bad_path", (await _yard.World.Refused(CheckPaths.Operation, new() { Paths = ["src/\0"] }, _yard.Dave)).Code);
    }
}
