using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Kill;

/// <summary>I1, I4, I8, I9: the server is killed again and again in the middle of everybody's work. Alone, for how soon it is ready again is a figure.</summary>
[CollectionDefinition(nameof(KillTests), DisableParallelization = true)]
[Collection(nameof(KillTests))]
public sealed class KillTests
{
    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task What_was_answered_is_kept_whole_once_and_in_order_however_often_the_server_is_killed(Engine engine)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var ground = await Ground.Of(engine);
        var file = ground["journal"];
        var chance = new Random(Scale.Seed);
        var (cycles, commands) = engine == Engine.Sqlite ? (Scale.Of(20, 200), Scale.Of(0, 100_000)) : (Scale.Of(3, 50), 0);
        var ready = new List<TimeSpan>();
        var answered = 0;
        IReadOnlyList<string> told;
        await using var follower = new Follower(ground.Home, "message.sent");
        await using (var journal = new Journal(file))
        {
            var crew = new Crew(16, journal, $"{Scale.Seed:x}");
            for (var cycle = 0; cycle < cycles || answered < commands; cycle++)
            {
                await using var server = await ground.Start();
                ready.Add(server.ReadyAfter);
                if (cycle == 0)
                {
                    await crew.Enlist(server);
                }
                var working = crew.Work(server, cancel);
                // Sixteen agents' first connections to PostgreSQL take a second of the first.
                await Task.Delay(chance.Next(50, engine == Engine.Sqlite ? 1500 : 5000), cancel);
                await server.Kill();
                answered += await working;
            }
            // The last one stays until the follower has read what there is.
            await using var last = await ground.Start();
            await crew.Settle(last);
            told = await follower.Until(crew.Sent);
        }

        await using var store = await ground.Open();
        Assert.Equal(await Checker.Sent(store, cancel), told);
        var violations = await Checker.Violations(store, await Journal.Read(file), cancel);
        Assert.True(violations.Count == 0, $"seed {Scale.Seed}, {answered} answered, {violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
        var slow = ready.Order().ElementAt((int)(ready.Count * 0.95));
        Scale.Tell("I1", engine, $"{ready.Count} × kill -9, {answered} commands answered, 0 lost, 0 twice, 0 torn, 0 out of order; ready again after {slow.TotalMilliseconds:F0} ms (p95)");
        Scale.Tell("I8", engine, $"a reader of the stream, resumed after each of {ready.Count} × kill -9: {told.Count} events, 0 skipped, 0 repeated, 0 out of order");
    }
}
