using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Wigwag.Tests.Server;

/// <summary>The streams of notifications of a session of MCP, which its client opens, loses and opens again.</summary>
public sealed class McpStreamTests : IAsyncLifetime
{
    private const string Inbox = "wigwag://inbox/beads";

    private RunningServer _server = null!;
    private HttpClient _main = null!;
    private HttpClient _dave = null!;
    private string _session = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start();
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent = "main/beads", project = "https://github.com/steveyegge/beads" }));
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "git@github.com:steveyegge/vc.git" }));
        _main = _server.Client(_server.Token, ("Wigwag-Agent", "main/beads"));
        _dave = _server.Client(_server.Token, ("Wigwag-Agent", "dave/vc"));
        _session = await Open();
    }

    public async ValueTask DisposeAsync()
    {
        _main.Dispose();
        _dave.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_is_opened_closed_and_opened_again()
    {
        await Subscribe(Inbox);
        for (var i = 0; i < 5; i++)
        {
            await using var stream = await Listen();
            await Send();
            Assert.Equal(Inbox, (await stream.Next()).Uri);
        }
    }

    [Fact]
    public async Task What_changed_while_no_stream_was_open_is_told_when_one_is()
    {
        await Subscribe(Inbox);
        await (await Listen()).DisposeAsync();
        await Send();
        await Send();

        await using var stream = await Listen();

        Assert.Equal(Inbox, (await stream.Next()).Uri);
    }

    [Fact]
    public async Task Who_says_what_it_saw_last_is_told_again_what_came_after_and_no_more()
    {
        await Subscribe(Inbox);
        await Subscribe("locks://current");
        string seen;
        await using (var stream = await Listen())
        {
            await Send();
            seen = (await stream.Next()).Id;
            await RunningServer.Ok(await _main.Post("/v1/projects/-/reservations", new JsonObject { ["scopes"] = new JsonArray("src/**") }));
            Assert.Equal("locks://current", (await stream.Next()).Uri);
        }

        await using (var again = await Listen(seen))
        {
            Assert.Equal("locks://current", (await again.Next()).Uri);
            await Send();
            Assert.Equal(Inbox, (await again.Next()).Uri);
        }

        // Without a place, or with one that nobody knows, it may have missed anything.
        foreach (var place in (string?[])[null, "99-1", "nonsense"])
        {
            await using var anew = await Listen(place);
            Assert.Equal(["locks://current", Inbox], new[] { (await anew.Next()).Uri, (await anew.Next()).Uri }.Order());
        }
    }

    [Fact]
    public async Task Of_several_streams_the_newest_gets_each_message_and_the_one_before_when_it_is_gone()
    {
        await Subscribe(Inbox);
        await using var first = await Listen();
        var second = await Listen();
        Assert.Equal(Inbox, (await second.Next()).Uri); // the first may be dead: told anew
        await Send();
        Assert.Equal(Inbox, (await second.Next()).Uri);
        await second.DisposeAsync();

        await Until(async () =>
        {
            await Send();
            return first.Has;
        });
        Assert.Equal(Inbox, (await first.Next()).Uri);
    }

    [Fact]
    public async Task A_session_has_a_few_streams_and_one_more_ends_the_oldest()
    {
        var streams = new List<Listener>();
        for (var i = 0; i <= 4; i++)
        {
            streams.Add(await Listen());
        }
        await streams[0].Ended.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.All(streams.Skip(1), stream => Assert.False(stream.Ended.IsCompleted));
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Ending_the_session_ends_its_streams_and_a_second_end_is_not_found()
    {
        await Subscribe(Inbox);
        await using var stream = await Listen();

        Assert.Equal(HttpStatusCode.OK, (await Ask(HttpMethod.Delete)).StatusCode);
        await stream.Ended.WaitAsync(TimeSpan.FromSeconds(20), Stop);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Delete)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Get)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Post("resources/unsubscribe", new JsonObject { ["uri"] = Inbox })).StatusCode);

        // Others' notifications go on.
        _session = await Open();
        await Subscribe(Inbox);
        await using var another = await Listen();
        await Send();
        Assert.Equal(Inbox, (await another.Next()).Uri);
    }

    [Fact]
    public async Task Requests_that_meet_the_end_of_their_session_are_answered_or_not_found()
    {
        for (var round = 0; round < 10; round++)
        {
            _session = await Open();
            await Subscribe(Inbox);
            var stream = await Listen();
            var requests = Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Post("tools/list", []) : Ask(HttpMethod.Get, HttpCompletionOption.ResponseHeadersRead)).ToList();
            var end = Ask(HttpMethod.Delete);
            await Send();
            foreach (var answer in await Task.WhenAll([.. requests, end]))
            {
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{answer.StatusCode}");
                answer.Dispose();
            }
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_ends_and_the_agent_stays_while_another_is_there()
    {
        var first = _session;
        var second = await Open();
        _session = first;
        await Until(async () => (await Sessions()).Count(session => session.StartsWith("mcp:", StringComparison.Ordinal)) == 2);

        Assert.Equal(HttpStatusCode.OK, (await Ask(HttpMethod.Delete)).StatusCode);
        Assert.Single(await Sessions(), session => session.StartsWith("mcp:", StringComparison.Ordinal));
        Assert.DoesNotContain(first, string.Join(' ', await Sessions()), StringComparison.Ordinal);

        // Nothing but the other session keeps it now.
        await RunningServer.Ok(await _main.Post("/v1/agents/-/goodbye", new { }));
        Assert.Equal("online", (await RunningServer.Ok(await _server.Http.Get("/v1/agents/main%2Fbeads")))["presence"]!.GetValue<string>());
        _session = second;
        Assert.Equal(HttpStatusCode.OK, (await Ask(HttpMethod.Delete)).StatusCode);
        Assert.Equal("offline", (await RunningServer.Ok(await _server.Http.Get("/v1/agents/main%2Fbeads")))["presence"]!.GetValue<string>());
    }

    private async Task<List<string>> Sessions() =>
        [.. (await RunningServer.Ok(await _server.Http.Get("/v1/agents/main%2Fbeads")))["sessions"]!.AsArray().Select(session => session!["session"]!.GetValue<string>())];

    private async Task Send() =>
        await RunningServer.Ok(await _dave.Post("/v1/projects/-/messages", new { to = "beads", subject = "Parser crash" }));

    private async Task Subscribe(string uri)
    {
        var answer = await Post("resources/subscribe", new JsonObject { ["uri"] = uri });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"result\"", await answer.Text(), StringComparison.Ordinal);
    }

    private async Task<string> Open()
    {
        _session = "";
        var answer = await Post("initialize", new JsonObject
        {
            ["protocolVersion"] = "2025-11-25",
            ["capabilities"] = new JsonObject(),
            ["clientInfo"] = new JsonObject { ["name"] = "raw", ["version"] = "1" },
        });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await answer.Text();
        return answer.Headers.GetValues("Mcp-Session-Id").Single();
    }

    private Task<HttpResponseMessage> Post(string method, JsonObject parameters) => Ask(
        HttpMethod.Post,
        HttpCompletionOption.ResponseContentRead,
        new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters });

    private async Task<Listener> Listen(string? after = null)
    {
        var answer = await Ask(HttpMethod.Get, HttpCompletionOption.ResponseHeadersRead, after: after);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new(answer);
    }

    private async Task<HttpResponseMessage> Ask(HttpMethod method, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead, JsonObject? body = null, string? after = null)
    {
        var request = new HttpRequestMessage(method, "/mcp");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (body is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }
        if (_session.Length > 0)
        {
            request.Headers.Add("Mcp-Session-Id", _session);
            request.Headers.Add("MCP-Protocol-Version", "2025-11-25");
        }
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }
        return await _main.SendAsync(request, until, Stop);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>An open stream, and what came on it.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly HttpResponseMessage _answer;
        private readonly Channel<(string Id, string Uri)> _told = Channel.CreateUnbounded<(string, string)>();
        private readonly CancellationTokenSource _leaves = new();

        public Listener(HttpResponseMessage answer)
        {
            _answer = answer;
            Ended = Read();
        }

        public Task Ended { get; }

        public bool Has => _told.Reader.TryPeek(out _);

        public async Task<(string Id, string Uri)> Next() => await _told.Reader.ReadAsync(Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Stop);

        public async ValueTask DisposeAsync()
        {
            await _leaves.CancelAsync();
            _answer.Dispose();
            await Ended;
            _leaves.Dispose();
        }

        private async Task Read()
        {
            try
            {
                await using var stream = await _answer.Content.ReadAsStreamAsync(_leaves.Token);
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(_leaves.Token))
                {
                    _told.Writer.TryWrite((item.EventId ?? "", JsonNode.Parse(item.Data)!["params"]!["uri"]!.GetValue<string>()));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Left.
            }
        }
    }
}
