using System.Collections.Concurrent;
using System.Diagnostics;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Leases;

/// <summary>I5: of those who reserve what overlaps one holds it, also when the server is killed or stands still.</summary>
public sealed class OverlapTests
{
    private const int Agents = 64;

    private sealed record Hold(AgentId Agent, string Scope, bool IsShared, long From, long Until);

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Nobody_holds_what_another_holds(Engine engine)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(engine);
        var wanted = engine == Engine.Sqlite ? Scale.Of(500, 100_000) : Scale.Of(150, 20_000);
        var chance = new Random(Scale.Seed);
        var server = await ground.Start();
        var agents = Enumerable.Range(0, Agents).Select(i => AgentId.Parse($"h{i}/faults")).ToList();
        await ground.Enlist(agents);
        var holds = new ConcurrentBag<Hold>();
        var grants = 0;
        var (kills, stops) = (0, 0);
        await using (var journal = new Journal(ground["journal"]))
        {
            var working = Task.WhenAll(agents.Select((agent, i) => Task.Run(() => Work(agent, new Random(Scale.Seed + i), journal))));
            while (Volatile.Read(ref grants) < wanted)
            {
                await Task.Delay(chance.Next(300, 1500), cancel);
                if (chance.Next(2) == 0)
                {
                    await server.Kill();
                    await server.DisposeAsync();
                    server = await ground.Start();
                    kills++;
                }
                else
                {
                    server.Pause();
                    await Task.Delay(chance.Next(50, 500), cancel);
                    server.Continue();
                    stops++;
                }
            }
            await working;
        }
        await server.DisposeAsync();

        await using var store = await ground.Open();
        var log = await LeaseLog.Read(store, cancel);
        var granted = log.Where(entry => entry.Kind == "lease.acquired").Select(entry => entry.Key).ToHashSet();
        var lost = (await Journal.Read(ground["journal"]))
            .Where(each => each is { Ending: Ending.Answered, Command.What: "reserve" } && !granted.Contains(each.Command.Key))
            .Select(each => $"lost: {each.Command.Key} was granted and is not in the log");
        var violations = LeaseLog.Violations(log).Concat(Together([.. holds])).Concat(lost).Take(20).ToList();
        Assert.True(violations.Count == 0, $"seed {Scale.Seed}, {grants} grants:\n{string.Join('\n', violations)}");
        Scale.Tell("I5", engine, $"{grants} grants to {Agents} agents, {kills} × kill -9, {stops} × SIGSTOP: 0 overlapping holders at any time, by the clients' clocks and by the log");

        async Task Work(AgentId agent, Random chance, Journal journal)
        {
            using var client = ground.Client(agent);
            for (var number = 0; Volatile.Read(ref grants) < wanted; number++)
            {
                var scopes = Enumerable.Range(0, chance.Next(1, 3)).Select(_ => Oracle.Any(chance)).Distinct().ToList();
                var isShared = chance.Next(4) == 0;
                var command = new Command(agent.Value, number, "reserve", $"{agent}-{number}", string.Join(' ', scopes));
                await journal.Invoke(command);
                var request = new ReserveRequest { Scopes = scopes, Shared = isShared, TtlSeconds = 7200, Reason = command.Key };
                var result = await Answered(client, Reserve.Operation, request, command.Key, cancel);
                var from = Stopwatch.GetTimestamp();
                await journal.End(command, result.Error is null ? Ending.Answered : Ending.Refused, result.Error?.Code ?? "");
                if (result.Error is not null)
                {
                    Assert.Equal("scope_held", result.Error.Code);
                    continue;
                }
                await Task.Delay(chance.Next(5), cancel);
                var until = Stopwatch.GetTimestamp();
                foreach (var scope in scopes)
                {
                    holds.Add(new(agent, scope, isShared, from, until));
                }
                var released = await Answered(client, Release.Operation, new ReleaseRequest(), command.Key + "-r", cancel);
                Assert.Null(released.Error);
                Interlocked.Increment(ref grants);
            }
        }
    }

    /// <summary>The answer of the server that gives one at last; every try has the same key.</summary>
    private static async Task<Result<T>> Answered<TRequest, T>(WigwagClient client, Operation<TRequest, T> operation, TRequest request, string key, CancellationToken cancel)
        where TRequest : class
        where T : class
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var result = await client.Call(operation, request, new() { IdempotencyKey = key }, cancel);
            if (result.Error?.Kind != ErrorKind.Unavailable)
            {
                return result;
            }
            Assert.True(Stopwatch.GetElapsedTime(since) < ServerProcess.Patience, $"Nobody answers: {result.Error.Message}");
            await Task.Delay(20, cancel);
        }
    }

    // Each of these was held for certain from the one moment to the other.
    private static IEnumerable<string> Together(IReadOnlyList<Hold> holds)
    {
        var open = new List<Hold>();
        foreach (var hold in holds.OrderBy(each => each.From))
        {
            open.RemoveAll(other => other.Until <= hold.From);
            foreach (var other in open.Where(other => other.Agent != hold.Agent && !(other.IsShared && hold.IsShared) && Oracle.Overlap(other.Scope, hold.Scope)))
            {
                yield return $"at the same time: {other} and {hold}";
            }
            open.Add(hold);
        }
    }
}
