using Microsoft.AspNetCore.Http;
using Wigwag.Client;

namespace Wigwag.Tests.Client;

public sealed class EventStreamTests
{
    [Fact(Timeout = 20_000)]
    public async Task A_broken_stream_goes_on_after_the_last_event_seen()
    {
        var seenTwo = new TaskCompletionSource();
        await using var server = await ScriptedServer.Start(async (number, http) =>
        {
            await Begin(http);
            if (number == 1)
            {
                await Tell(http, 1);
                await Tell(http, 2);
                await seenTwo.Task.WaitAsync(http.RequestAborted);
                http.Abort();
                return;
            }
            await Tell(http, 3);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var client = new WigwagClient(new() { Address = server.Address });
        var seen = new List<StreamedEvent>();
        await foreach (var told in client.Events(cancel: Cancel).Take(3))
        {
            seen.Add(told.Value);
            if (seen.Count == 2)
            {
                seenTwo.SetResult();
            }
        }
        Assert.Equal(["id-1", "id-2", "id-3"], seen.Select(told => told.Id));
        Assert.Equal(["vc-0001", "vc-0002", "vc-0003"], seen.Select(told => told.Event.Subject));
        Assert.Equal("id-2", server.Requests.Last().Headers["Last-Event-ID"]);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_stream_that_falls_silent_is_opened_again()
    {
        await using var server = await ScriptedServer.Start(async (number, http) =>
        {
            await Begin(http);
            await Tell(http, number);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var client = new WigwagClient(new() { Address = server.Address, SilenceAtMost = TimeSpan.FromMilliseconds(100) });
        var seen = await client.Events(new() { After = "id-0" }, Cancel).Take(2).Select(told => told.Value.Id).ToListAsync(Cancel);
        Assert.Equal(["id-1", "id-2"], seen);
        Assert.Equal(["id-0", "id-1"], server.Requests.Select(request => request.Headers["Last-Event-ID"]).Take(2));
    }

    [Fact(Timeout = 20_000)]
    public async Task Heartbeats_keep_a_quiet_stream_open()
    {
        await using var server = await ScriptedServer.Start(async (number, http) =>
        {
            await Begin(http);
            for (var beat = 0; beat < 8; beat++)
            {
                await http.Response.WriteAsync(": beat\n\n", http.RequestAborted);
                await Task.Delay(50, http.RequestAborted);
            }
            await Tell(http, number);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var client = new WigwagClient(new() { Address = server.Address, SilenceAtMost = TimeSpan.FromMilliseconds(300) });
        var told = await client.Events(cancel: Cancel).FirstAsync(Cancel);
        Assert.Equal("id-1", told.Value.Id);
    }

    [Fact(Timeout = 20_000)]
    public async Task An_id_without_an_event_moves_the_place_from_which_the_stream_goes_on()
    {
        await using var server = await ScriptedServer.Start(async (number, http) =>
        {
            await Begin(http);
            if (number == 1)
            {
                await http.Response.WriteAsync("retry: 2000\nid: id-7\n\n:\nid: id-8\n\n", http.RequestAborted);
                return;
            }
            await Tell(http, 9);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var client = new WigwagClient(new() { Address = server.Address });
        await client.Events(cancel: Cancel).FirstAsync(Cancel);
        Assert.Equal("id-8", server.Requests.Last().Headers["Last-Event-ID"]);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_refusal_ends_the_stream()
    {
        await using var server = await ScriptedServer.Start((_, http) =>
            WigwagClientTests.Json(http, 403, """{"detail":"d","code":"no_key","kind":"forbidden","next":"n"}""", "application/problem+json"));
        using var client = new WigwagClient(new() { Address = server.Address });
        var told = Assert.Single(await client.Events(new() { Projects = ["a/b"], Kinds = ["message.sent"] }, Cancel).ToListAsync(Cancel));
        Assert.Equal("no_key", told.Error?.Code);
        Assert.Equal("GET /v1/events?kind=message.sent&project=a%2Fb", Assert.Single(server.Requests).Line);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task Begin(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private static async Task Tell(HttpContext http, int number)
    {
        await http.Response.WriteAsync(
            $$"""
            id: id-{{number}}
            event: issue.created
            data: {"seq":{{number}},"project":"github.com/o/vc","at":"2026-01-31T12:00:00Z","kind":"issue.created","subject":"vc-{{number:0000}}","fact":{} }


            """,
            http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
