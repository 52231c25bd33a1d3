using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Wigwag.Security.Limits;

/// <summary>A key that asks for all that is dear, as fast as it is answered, is refused what is too much; the others go on.</summary>
public sealed class NeighbourTests
{
    private static readonly string[] Libraries = ["lib/"];

    // Two cores that clients and server share give each other way for about this long.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_key_at_its_limits_is_refused_and_others_are_answered_nearly_as_soon_as_without_it()
    {
        var answers = Scale.Of(60, 1_000);
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { RequestsPerSecond = 200, RequestBurst = 400 } });
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "eve/vc", project = "github.com/o/vc" }));
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        var (theirs, _) = await server.Key(new { name = "eve", role = "agent", agent = "eve/vc" });
        var (mine, _) = await server.Key(new { name = "dave", role = "agent", agent = "dave/vc" });
        using var eve = server.Client(theirs);
        using var dave = server.Client(mine);
        for (var batch = 0; batch < 20; batch++)
        {
            await RunningServer.Ok(await server.Client(server.Token, ("Wigwag-Agent", "eve/vc")).Post(
                "/v1/projects/-/reservations", new { scopes = Enumerable.Range(0, 100).Select(i => $"lib/m{batch}/f{i}.cs").ToArray() }));
        }
        await Slowest(dave, answers);
        var before = await Slowest(dave, answers);

        using var enough = new CancellationTokenSource();
        var refusals = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var broken = new System.Collections.Concurrent.ConcurrentBag<string>();
        var flood = Task.WhenAll(Enumerable.Range(0, 16).Select(line => Task.Run(async () =>
        {
            for (var i = line; !enough.IsCancellationRequested; i++)
            {
                using var response = await Ask(eve, i);
                if (!response.IsSuccessStatusCode)
                {
                    var code = JsonNode.Parse(await response.Content.ReadAsStringAsync(CancellationToken.None))?["code"]?.GetValue<string>() ?? "none";
                    refusals.AddOrUpdate(code, 1, (_, n) => n + 1);
                    if (response.StatusCode == HttpStatusCode.InternalServerError)
                    {
                        broken.Add(code);
                    }
                }
            }
        }, TestContext.Current.CancellationToken)));
        var with = await Slowest(dave, answers);
        await enough.CancelAsync();
        await flood;
        var after = await Slowest(dave, answers);

        Assert.Empty(broken);
        Assert.True(refusals.ContainsKey("too_many_requests"), string.Join(", ", refusals.Keys));
        Assert.True(refusals.ContainsKey("too_many_patterns"), string.Join(", ", refusals.Keys));
        var without = before > after ? before : after;
        Scale.Tell("Hostile neighbour:", $"a key that asks for what is dear on 16 connections, refused {refusals.Values.Sum()} times ({string.Join(", ", refusals.Select(each => $"{each.Key} {each.Value}"))}): another was answered each of {answers} times, 99 of 100 within {with.TotalMilliseconds:0.0} ms; without it {before.TotalMilliseconds:0.0} ms before and {after.TotalMilliseconds:0.0} ms after (× {with / without:0.0})");
        // A short run has too few answers for a timing to mean anything.
        if (Scale.IsLong)
        {
            Assert.True(with <= 2 * without || with < Unnoticed, $"99 of 100 answers within {with}, without the other within {without}.");
        }
    }

    private static Task<HttpResponseMessage> Ask(HttpClient client, int i) => (i % 7) switch
    {
        0 => client.Post("/v1/projects/-/check", new { paths = Enumerable.Range(0, 5000).Select(n => $"lib/m{n % 20}/f{n}.cs").ToArray() }),
        1 => client.Post("/v1/projects/-/reservations", new { scopes = Enumerable.Range(0, 60).Select(n => $"*a*b*c*{i}x{n}*").ToArray(), shared = true }),
        2 => client.Get("/v1/messages?query=parser%20OR%20file&limit=100"),
        3 => client.Get("/v1/status"),
        4 => client.Post("/v1/projects/nobody-knows-it/messages", new { subject = "x" }),
        5 => client.Post("/v1/projects/-/check", new { paths = Libraries, patterns = Enumerable.Range(0, 100).Select(n => $"**/f{n}*.cs").ToArray() }),
        _ => client.Post("/v1/projects/vc/messages", new { to = "dave/vc", subject = "flood" }),
    };

    /// <summary>Within which 99 of 100 requests were answered: a read and a write in turn, one every ten milliseconds.</summary>
    private static async Task<TimeSpan> Slowest(HttpClient client, int answers)
    {
        var spent = new List<TimeSpan>();
        for (var i = 0; i < answers; i++)
        {
            var since = Stopwatch.GetTimestamp();
            await RunningServer.Ok(i % 2 == 0 ? await client.Get("/v1/projects/vc/inbox") : await client.Post("/v1/agents/-/heartbeat", new { }));
            spent.Add(Stopwatch.GetElapsedTime(since));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        return spent.Order().ElementAt((answers * 99 / 100) - 1);
    }
}
