using System.Collections.Concurrent;
using System.Diagnostics;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Faults.Harness;
using Wigwag.Faults.Leases;

namespace Wigwag.Faults.Clock;

/// <summary>I12: the machine's clock is set back and forth under a server, while agents contend for the same things.</summary>
public sealed class ClockJumpTests
{
    private static readonly AgentId Keeper = AgentId.Parse("keeper/faults");

    private sealed record Hold(AgentId Agent, string Scope, long From, long Until);

    [Fact]
    public async Task No_jump_of_the_clock_gives_a_thing_to_two_ends_what_is_held_or_brings_back_what_is_over()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(Engine.Sqlite);
        var clock = new ServerClock(ground.Folder);
        var rounds = Scale.Of(2, 40);
        var agents = Enumerable.Range(0, 8).Select(i => AgentId.Parse($"c{i}/faults")).ToList();
        var holds = new ConcurrentBag<Hold>();
        var (jumps, kept, over, restarts) = (0, 0, 0, 0);
        var server = await ground.Start(clock.Environment);
        await ground.Enlist([Keeper, .. agents]);
        try
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var working = Task.WhenAll(agents.Select((agent, i) => Task.Run(() => Contend(agent, new Random(Scale.Seed + i), enough.Token), cancel)));
            using var keeper = ground.Client(Keeper);
            using var rival = ground.Client(AgentId.Parse("c0/faults"));
            for (var round = 0; round < rounds; round++)
            {
                // Half an hour's hold, one that was given back, and a week's.
                var shortly = (await Retried(() => keeper.Call(Reserve.Operation, new() { Scopes = [$"short{round}"], TtlSeconds = 1800 }, cancel: cancel))).Value;
                var ended = (await Retried(() => keeper.Call(Reserve.Operation, new() { Scopes = [$"ended{round}"] }, cancel: cancel))).Value;
                Assert.Null((await Retried(() => keeper.Call(Release.Operation, new() { Scopes = [$"ended{round}"] }, cancel: cancel))).Error);
                var longer = (await Retried(() => keeper.Call(Reserve.Operation, new() { Scopes = [$"long{round}"], TtlSeconds = 7 * 86_400 }, cancel: cancel))).Value;

                // Back by an hour, and in small steps: both are held, and nobody else is let in.
                foreach (var back in new[] { 3600, 5, 1, 30, 2 })
                {
                    clock.Jump(-TimeSpan.FromSeconds(back));
                    jumps++;
                    await Holds(shortly.Token);
                    await Holds(longer.Token);
                    await IsRefused($"short{round}");
                }

                // A server that starts under a clock that stands behind its log keeps what is held, too.
                if (round % 4 == 1)
                {
                    await server.Kill();
                    await server.DisposeAsync();
                    server = await ground.Start(clock.Environment);
                    restarts++;
                    await Holds(shortly.Token);
                    await IsRefused($"long{round}");
                }

                // A day ahead, twice as far, and back: half an hour has not passed.
                foreach (var by in new[] { TimeSpan.FromDays(1), TimeSpan.FromDays(2), -TimeSpan.FromDays(1) })
                {
                    clock.Jump(by);
                    jumps++;
                    await Holds(shortly.Token);
                    await Holds(longer.Token);
                    await IsRefused($"short{round}");
                    await IsOver(ended.Token, $"ended{round}");
                }
                Assert.Null((await Retried(() => keeper.Call(Release.Operation, new() { Scopes = [$"short{round}"] }, cancel: cancel))).Error);
                await IsOver(shortly.Token, $"short{round}");
                var next = (await Retried(() => rival.Call(Reserve.Operation, new() { Scopes = [$"short{round}"], TtlSeconds = 60 }, cancel: cancel))).Value;
                Assert.True(next.Token > longer.Token);

                // The true time catches up with what was given out, as an administrator's correction would.
                clock.Jump(TimeSpan.FromDays(1) + TimeSpan.FromHours(2));
                jumps++;
                await Holds(longer.Token);
            }
            await enough.CancelAsync();
            await working;

            async Task Holds(long token)
            {
                var check = await Retried(() => keeper.Call(CheckLease.Operation, new() { Token = token }, cancel: cancel));
                Assert.True(check.Error is null, $"The clock is off by {clock.Offset}: {check.Error?.Message}");
                kept++;
            }

            async Task IsOver(long token, string scope)
            {
                Assert.Equal("lease_over", (await Retried(() => keeper.Call(CheckLease.Operation, new() { Token = token }, cancel: cancel))).Error?.Code);
                Assert.NotNull((await Retried(() => keeper.Call(Renew.Operation, new() { Scopes = [scope], Token = token }, cancel: cancel))).Error);
                over++;
            }

            async Task IsRefused(string scope) => Assert.Equal(
                "scope_held", (await Retried(() => rival.Call(Reserve.Operation, new() { Scopes = [scope] }, cancel: cancel))).Error?.Code);
        }
        finally
        {
            await server.DisposeAsync();
        }
        await using var store = await ground.Open();
        var violations = Together([.. holds]).Concat(await InLog(store, cancel)).Take(20).ToList();
        Assert.True(violations.Count == 0, $"seed {Scale.Seed}: {string.Join('\n', violations)}");
        Scale.Tell("I12", $"{jumps} jumps of the server's clock (-1 h, +1 d, +2 d, -1 d, small steps back), {restarts} × kill -9 under a clock set back, {holds.Count} holds contended for: 0 held by two; {kept} checks of what must be held: 0 over; {over} checks of what was given back: 0 came back; 0 events or tokens out of order");

        async Task Contend(AgentId agent, Random chance, CancellationToken enough)
        {
            using var client = ground.Client(agent);
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var scope = $"shared{chance.Next(2)}";
                var key = $"{agent}-{number}";
                var result = await Retried(() => client.Call(Reserve.Operation, new() { Scopes = [scope], Reason = key, TtlSeconds = 1200 }, new() { IdempotencyKey = key }, cancel));
                var from = Stopwatch.GetTimestamp();
                if (result.Error is not null)
                {
                    Assert.Equal("scope_held", result.Error.Code);
                    await Task.Delay(chance.Next(5), cancel);
                    continue;
                }
                await Task.Delay(chance.Next(10), cancel);
                holds.Add(new(agent, scope, from, Stopwatch.GetTimestamp()));
                var released = await Retried(() => client.Call(Release.Operation, new() { Scopes = [scope] }, new() { IdempotencyKey = key + "-r" }, cancel));
                Assert.True(released.Error is null, released.Error?.Message);
            }
        }
    }

    private static async Task<Result<T>> Retried<T>(Func<ValueTask<Result<T>>> call)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var result = await call();
            if (result.Error?.Kind != ErrorKind.Unavailable || Stopwatch.GetElapsedTime(since) > ServerProcess.Patience)
            {
                return result;
            }
            await Task.Delay(20);
        }
    }

    // What was held for certain: from the answer until it was given back.
    private static IEnumerable<string> Together(IReadOnlyList<Hold> holds)
    {
        foreach (var scope in holds.OrderBy(hold => hold.From).GroupBy(hold => hold.Scope))
        {
            foreach (var (one, other) in scope.Zip(scope.Skip(1)).Where(pair => pair.Second.From < pair.First.Until && pair.First.Agent != pair.Second.Agent))
            {
                yield return $"at the same time: {one} and {other}";
            }
        }
    }

    private static async Task<IReadOnlyList<string>> InLog(IStore store, CancellationToken cancel)
    {
        var back = (await store.Read<List<string>>(
            Caller.System,
            async (session, _) => await session.Query(
                "SELECT seq FROM (SELECT seq, at, LAG(at) OVER (ORDER BY seq) AS before FROM events) AS log WHERE at < before",
                row => $"the log's time goes back at {row.Number("seq")}"),
            cancel)).Value;
        return [.. back, .. LeaseLog.Violations(await LeaseLog.Read(store, cancel)).Where(each => !each.StartsWith("twice", StringComparison.Ordinal))];
    }
}
