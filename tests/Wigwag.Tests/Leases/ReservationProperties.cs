using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Leases;

/// <summary>
/// Whatever agents reserve, renew, give back and let lapse: no path is ever held by two of them unless both hold it shared, nothing
/// is refused without a reason, tokens only grow, and a check of a path tells who holds it. Known by looking at each path of a tree.
/// </summary>
public sealed class ReservationProperties
{
    private static readonly string[] Names = ["a", "b", "ab"];

    private static readonly string[] Tree =
    [
        .. Names,
        .. from x in Names from y in Names select $"{x}/{y}",
        .. from x in Names from y in Names from z in Names select $"{x}/{y}/{z}",
        .. from x in Names from y in Names from z in Names from w in Names select $"{x}/{y}/{z}/{w}",
        // A folder three deep and **/x/y first meet five deep.
        .. from x in Names from y in Names from z in Names from w in Names from v in Names select $"{x}/{y}/{z}/{w}/{v}",
    ];

    private static readonly Gen<string> Segment = Gen.Elements("a", "b", "ab", "*", "a*", "?", "*b", "**", "[ab]", "{a,ab}");

    private static readonly Gen<string> Scope =
        from length in Gen.Choose(1, 3)
        from segments in Segment.ArrayOf(length)
        select string.Join('/', segments);

    /// <param name="Act">0–4 reserve, 5 release, 6 renew, 7 let time pass.</param>
    private sealed record Step(int Act, int Who, string[] Scopes, bool Shared, bool Partial, int Minutes);

    private static readonly Gen<Step> Steps =
        from act in Gen.Choose(0, 7)
        from who in Gen.Choose(0, 2)
        from count in Gen.Choose(1, 3)
        from scopes in Scope.ArrayOf(count)
        from shared in Gen.Elements(true, false, false)
        from partial in Gen.Elements(true, false)
        from minutes in Gen.Choose(1, 40)
        select new Step(act, who, scopes, shared, partial, minutes);

    private sealed record Held(int Who, string Scope, bool Shared, DateTimeOffset Until);

    [Fact]
    public async Task No_history_gives_a_path_to_two()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        foreach (var history in Steps.ArrayOf(60).Sample(10, new Rnd(seed), 60))
        {
            await Play(history, seed);
        }
    }

    private static async Task Play(Step[] history, ulong seed)
    {
        await using var yard = await Yard.Open();
        Caller[] agents = [yard.Dave, yard.Fred, yard.Gina];
        var held = new List<Held>();
        var newest = 0L;
        foreach (var step in history)
        {
            var now = yard.World.Clock.GetUtcNow();
            held.RemoveAll(lease => lease.Until <= now);
            switch (step.Act)
            {
                case 7:
                    yard.World.Clock.Pass(TimeSpan.FromMinutes(step.Minutes));
                    break;
                case 6:
                    await yard.World.Run(Renew.Operation, new(), agents[step.Who]);
                    held = [.. held.Select(lease => lease.Who == step.Who ? lease with { Until = now + TimeSpan.FromMinutes(30) } : lease)];
                    break;
                case 5:
                    await yard.World.Run(Release.Operation, new(), agents[step.Who]);
                    held.RemoveAll(lease => lease.Who == step.Who);
                    break;
                default:
                    var asked = step.Scopes.Distinct().ToList();
                    var free = asked.FindAll(scope => !held.Exists(other =>
                        other.Who != step.Who && !(other.Shared && step.Shared) && Tree.Any(path => Covers(scope, path) && Covers(other.Scope, path))));
                    var result = await yard.World.Run(Reserve.Operation, new() { Scopes = step.Scopes, Shared = step.Shared, Partial = step.Partial }, agents[step.Who]);
                    var expected = free.Count == asked.Count || (step.Partial && free.Count > 0) ? null : "scope_held";
                    Assert.True(expected == result.Error?.Code, $"seed {seed}: {step.Who} asks for {string.Join(' ', asked)}; held: {string.Join("; ", held)}; {result.Error}");
                    if (result.Try(out var reserved, out _))
                    {
                        Assert.True(
                            free.Order().SequenceEqual(reserved.Granted.Select(lease => lease.Scope).Order()),
                            $"seed {seed}: {step.Who} asks for {string.Join(' ', asked)}; held: {string.Join("; ", held)}; granted: {string.Join(' ', reserved.Granted.Select(lease => lease.Scope))}");
                        Assert.All(
                            reserved.Granted.Where(lease => !held.Exists(own => own.Who == step.Who && own.Scope == lease.Scope)),
                            lease => Assert.True(lease.Token > newest, $"seed {seed}: token {lease.Token} after {newest}"));
                        newest = Math.Max(newest, reserved.Token);
                        foreach (var scope in free)
                        {
                            var own = held.Find(lease => lease.Who == step.Who && lease.Scope == scope);
                            held.RemoveAll(lease => lease.Who == step.Who && lease.Scope == scope);
                            held.Add(new(step.Who, scope, own is null ? step.Shared : own.Shared && step.Shared, now + TimeSpan.FromMinutes(30)));
                        }
                    }
                    break;
            }
        }
        await Compare(yard, agents, held, seed);
    }

    private static async Task Compare(Yard yard, Caller[] agents, List<Held> held, ulong seed)
    {
        var now = yard.World.Clock.GetUtcNow();
        held.RemoveAll(lease => lease.Until <= now);
        string[] workspaces = ["dave", "fred", "gina"];
        Assert.Equal(
            held.Select(lease => $"{workspaces[lease.Who]} {lease.Scope}").Order(StringComparer.Ordinal),
            (await yard.Held()).Order(StringComparer.Ordinal));
        foreach (var path in Tree.Where((_, i) => i % 15 == 0))
        {
            var told = (await yard.Check(agents[0], path)).Order(StringComparer.Ordinal);
            var known = held.Where(lease => lease.Who != 0 && Covers(lease.Scope, path)).Select(lease => $"{path}: {workspaces[lease.Who]} {lease.Scope}");
            Assert.True(known.Order(StringComparer.Ordinal).SequenceEqual(told), $"seed {seed}: {path}");
        }
    }

    // A plain name covers what lies below it; the rest is for the tests of patterns.
    private static bool Covers(string scope, string path) => Glob.Parse(scope).Value.Matches(path);
}
