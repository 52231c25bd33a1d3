using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Tests.Agents;

namespace Wigwag.Tests.Leases;

/// <summary>A check says all that is held, what refuses first, and costs what lies above its paths.</summary>
public sealed class CheckTests
{
    private static readonly string[] Scopes =
    [
        "src", "src/a", "src/a/x.cs", "src/*.cs", "src/**/*.cs", "**/*.md", "*", "**", "docs/", "docs/{a,b}.md", "src/a/*/z", "./db:x", "db:users", "db:u*", "api:GET /v1/**", "src/[ab]/**",
        "Src/A", "src/b/**/deep/*", "?rc/a", "src/**/", "x*/y", "README.md",
    ];

    private static readonly string[] Paths =
    [
        "src/a/x.cs", "src/x.cs", "src/a/b/c.cs", "README.md", "docs/a.md", "docs/c.md", "src/b/1/deep/z", "src/", "docs/", "src/a/", "db:users", "db:u/x", "api:GET /v1/users", "SRC/a", "src/a/q/z", "x1/y", "db:x", "free",
    ];

    private static readonly string[] Patterns = ["src/**", "**/*.cs", "*.md", "d*/**", "src/a/*", "nothing/*"];

    [Fact]
    public async Task A_check_finds_what_a_comparison_with_every_reservation_finds_whatever_came_and_went()
    {
        await using var yard = await Yard.Open();
        Caller[] agents = [yard.Dave, yard.Fred, yard.Gina];
        var random = new Random(20261126);
        var held = 0;
        for (var step = 0; step < 150; step++)
        {
            var by = agents[random.Next(3)];
            var scope = Scopes[random.Next(Scopes.Length)];
            switch (random.Next(10))
            {
                case < 5:
                    await yard.World.Run(Reserve.Operation, new() { Scopes = [scope], Shared = random.Next(2) == 0, TtlSeconds = random.Next(1, 400) }, by);
                    break;
                case 5:
                    await yard.World.Run(Release.Operation, new() { Scopes = random.Next(2) == 0 ? [scope] : null }, by);
                    break;
                case 6:
                    await yard.World.Run(TransferLease.Operation, new() { To = agents[random.Next(3)].Agent!.Value.Value }, by);
                    break;
                case 7:
                    yard.World.Clock.Pass(TimeSpan.FromSeconds(random.Next(120)));
                    break;
                case 8:
                    await yard.World.Do(SetProjectPolicy.Operation, new() { PathCase = random.Next(2) == 0 ? PathCase.Sensitive : PathCase.Insensitive }, by);
                    break;
                default:
                    await yard.World.Run(Renew.Operation, new() { TtlSeconds = 600 }, by);
                    break;
            }
            var asking = agents[random.Next(3)];
            var expected = await Expected(yard, asking);
            var check = await yard.World.Do(CheckPaths.Operation, new() { Paths = Paths, Patterns = Patterns }, asking);
            Assert.Equal(expected, check.Held.Select(hold => $"{hold.Path} {hold.LeaseId} {hold.Holder} {hold.Mode}").Order(StringComparer.Ordinal));
            held += expected.Count;
        }
        Assert.True(held > 500, $"{held}");
    }

    private static async Task<List<string>> Expected(Yard yard, Caller asking)
    {
        var pathCase = (await yard.World.Find("vc")).Value.PathCase;
        var leases = (await yard.World.Do(ListLeases.Operation, new() { Kind = LeaseKind.Reservation, Limit = 200 }, asking)).Leases;
        var found = new List<string>();
        foreach (var lease in leases.Where(lease => lease.Holder != asking.Agent))
        {
            var scope = Scope.Parse(lease.Scope, pathCase).Value;
            bool Meets(string path) => path.EndsWith('/') || Scope.IsSurface(path)
                ? scope.Overlaps(Scope.Parse(path, pathCase).Value)
                : scope.Surface.Length == 0 && scope.Glob.Matches(path);
            found.AddRange(Paths.Where(Meets).Concat(Patterns.Where(pattern => scope.Overlaps(Scope.Parse(pattern, pathCase).Value)))
                .Select(path => $"{path} {lease.LeaseId} {lease.Holder} {lease.Mode}"));
        }
        return [.. found.Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task What_is_exclusive_is_told_before_hundreds_that_are_shared()
    {
        await using var yard = await Yard.Open();
        await yard.Reserve(yard.Gina, "docs/only.md");
        var shared = new List<Caller>();
        for (var i = 0; i < 6; i++)
        {
            shared.Add(World.As(await yard.World.Register(World.Clone(World.Vc, $"/src/s{i}/vc", $"s{i}"))));
            await yard.Share(shared[i], [.. Enumerable.Range(0, 45).Select(n => $"src/{{a,n{n}}}.txt")]);
        }
        var check = await yard.World.Do(CheckPaths.Operation, new() { Paths = ["src/a.txt", "docs/only.md"] }, yard.Dave);
        Assert.Equal(LeaseMode.Exclusive, check.Held[0].Mode);
        Assert.Equal("docs/only.md", check.Held[0].Path);
        Assert.Equal(200, check.Held.Count);
        // A folder that meets more than are told, too.
        var folder = await yard.World.Do(CheckPaths.Operation, new() { Paths = ["src/", "docs/"] }, yard.Dave);
        Assert.Equal(LeaseMode.Exclusive, folder.Held[0].Mode);
    }

    [Fact]
    public async Task Thousands_of_hostile_patterns_are_refused_and_a_check_of_a_thousand_paths_is_answered_within_its_budget()
    {
        await using var yard = await Yard.Open();
        var kept = 0;
        foreach (var piece in new[] { "*a", "{a,b}", "**/*a/", "?*", "{,a}", "[a-z]*" })
        {
            for (var batch = 0; batch < 10; batch++)
            {
                var n = batch;
                var scopes = Enumerable.Range(0, 100).Select(i => string.Concat(Enumerable.Repeat(piece, 400 / piece.Length)) + $"{piece[0]}x{n}y{i}".TrimStart('{', '[')).ToArray();
                var result = await yard.World.Run(Reserve.Operation, new() { Scopes = scopes, Partial = true }, yard.Dave);
                kept += result.Error is null ? scopes.Length : 0;
                Assert.True(result.Error is null or { Code: "too_many_patterns" or "bad_scope" }, result.Error?.ToString());
            }
            // The most that is let in, one by one.
            for (var i = 0; i < 60; i++)
            {
                var one = string.Concat(Enumerable.Repeat(piece, 20)) + $"{i}";
                kept += (await yard.World.Run(Reserve.Operation, new() { Scopes = [one], Shared = true }, yard.Dave)).Error is null ? 1 : 0;
            }
        }
        Assert.InRange(kept, 1, LeaseLimits.MostPatternsAtRoot);
        var spent = 0L;
        var dispatcher = new Dispatcher(yard.World.Dispatcher.Store, yard.World.Dispatcher.Blobs, (_, work) => spent = work);
        var paths = Enumerable.Range(0, 1000).Select(i => $"aab/ab{i}a/a{i}bb/aaaaaaaaaaaabbbbaaaa{i}a").ToList();
        var check = await dispatcher.Run(CheckPaths.Operation, new() { Paths = paths }, yard.Fred, cancel: World.Stop);
        Assert.Null(check.Error);
        Assert.InRange(spent, 1, Budget.Usual / 2);
    }

    // Steps and not time: a busy machine changes nothing.
    [Fact]
    public async Task A_check_costs_as_much_among_twenty_thousand_reservations_elsewhere_as_among_none()
    {
        await using var yard = await Yard.Open();
        var spent = 0L;
        var dispatcher = new Dispatcher(yard.World.Dispatcher.Store, yard.World.Dispatcher.Blobs, (_, work) => spent = work);
        var paths = Enumerable.Range(0, 1000).Select(i => $"src/a{i % 50}/file{i}.cs").ToList();
        async Task<long> Check()
        {
            Assert.Null((await dispatcher.Run(CheckPaths.Operation, new() { Paths = paths }, yard.Fred, cancel: World.Stop)).Error);
            return spent;
        }
        await yard.Reserve(yard.Dave, "src/a1/**");
        await Check();
        var before = await Check();
        await Fill(yard, 20_000);
        await Check(); // reads them once
        var among = await Check();
        Assert.InRange(among, 1, before + 3_000);
    }

    private static async Task Fill(Yard yard, int count) => await yard.World.Dispatcher.Store.Write<string>(Caller.System, async (session, _) =>
    {
        var (project, holder) = (yard.Dave.Project!.Value, yard.Dave.Agent!.Value);
        await session.Execute("UPDATE lease_tokens SET token = token + 1 WHERE project = @project", ("project", project));
        await session.Execute(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @count)
            INSERT INTO leases (project, lease_id, kind, scope, root, tail, mode, holder, token, acquired_at, renewed_at, ttl, expires_at, state)
            SELECT @project, 'r-' || CAST(1000000000 + n AS TEXT), 'reservation', 'lib/m' || CAST(n AS TEXT), 'lib/m' || CAST(n AS TEXT), '', 'exclusive', @holder, t.token, @now, @now, 86400000, @until, 'active'
            FROM numbers, lease_tokens t WHERE t.project = @project
            """,
            ("count", count),
            ("project", project),
            ("holder", holder),
            ("now", session.Now),
            ("until", session.Now.AddDays(1)));
        return "filled";
    }, World.Stop);
}
