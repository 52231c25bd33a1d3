using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;

namespace Wigwag.Faults.Retry;

/// <summary>I4: a command that is repeated is done once, however often, wherever the server died.</summary>
public sealed class RetryTests
{
    private const int AtOnce = 50;

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.Postgres)]
    public async Task Fifty_repeats_at_once_are_one_command_also_when_the_server_is_killed_among_them(Engine engine)
    {
        await using var ground = await Ground.Of(engine);
        var chance = new Random(Scale.Seed);
        var keys = engine == Engine.Sqlite ? Scale.Of(60, 10_000) : Scale.Of(10, 1000);
        var killedAmong = Scale.Of(10, 100);
        var server = await ground.Start();
        var mailer = await Mailer.On(server);
        var kills = 0;
        for (var i = 0; i < keys; i++)
        {
            var key = $"key-{i}";
            var repeats = Enumerable.Range(0, AtOnce).Select(_ => mailer.Send(key, key).AsTask()).ToList();
            if (i % killedAmong == killedAmong - 1)
            {
                await Task.WhenAny(Task.WhenAny(repeats), Task.Delay(chance.Next(20), TestContext.Current.CancellationToken));
                await server.Kill();
                kills++;
                await Task.WhenAll(repeats);
                mailer.Dispose();
                await server.DisposeAsync();
                server = await ground.Start();
                mailer = await Mailer.On(server);
                repeats.AddRange(Enumerable.Range(0, AtOnce).Select(_ => mailer.Send(key, key).AsTask()));
            }
            var results = await Task.WhenAll(repeats);
            Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal(ErrorKind.Unavailable, result.Error!.Kind));
            var answered = results.Where(result => result.Error is null).Select(result => result.Value.MessageId).ToList();
            Assert.True(answered.Count >= AtOnce && answered.Distinct().Count() == 1, $"seed {Scale.Seed}: {key} made {answered.Distinct().Count()} messages, {answered.Count} answers");
            Assert.Equal("idempotency_key_reused", (await mailer.Send(key, key, body: "another body")).Error?.Code);
        }
        Assert.Equal(Enumerable.Range(0, keys).Select(i => $"key-{i}"), await mailer.Sent());
        mailer.Dispose();
        await server.DisposeAsync();
        Scale.Tell("I4", engine, $"{keys} keys × {AtOnce} repeats at once, {kills} × kill -9 among them: 0 done twice; another body under a used key: {keys} × conflict");
    }
}
