using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Tests.Server;

public sealed class EventStreamTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start(options => options with
    {
        Limits = options.Limits with { StreamHeartbeat = TimeSpan.FromMilliseconds(50), StreamBacklog = 64, StreamWriteTimeout = TimeSpan.FromSeconds(3) },
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<JsonObject> Register(string agent, string project) =>
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent, project, operator_name = "Ann", host = "box", path = "/home/" + agent, fingerprint = "1" }));

    [Fact]
    public async Task A_fact_reaches_a_live_reader_as_an_event_with_its_id_kind_and_data()
    {
        await using var reader = await EventReader.Open(_server.Http, "?project=*&kind=key.created");
        var (_, id) = await _server.Key(new { name = "screen", role = "reader" });
        var item = await reader.Next();
        Assert.Equal("key.created", item.EventType);
        var data = JsonNode.Parse(item.Data)!;
        Assert.Equal(id, data["subject"]!.GetValue<string>());
        Assert.Equal("screen", data["fact"]!["name"]!.GetValue<string>());
        Assert.Equal(reader.LastEventId, data["seq"]!.GetValue<long>().ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_reader_that_resumes_misses_nothing_and_sees_nothing_twice()
    {
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            ids.Add((await _server.Key(new { name = $"key {i}", role = "reader" })).Id);
        }
        var seen = new List<string>();
        string? place = "0";
        while (seen.Count < ids.Count)
        {
            await using var reader = await EventReader.Open(_server.Http, "?project=*&kind=key.created&after=0", place);
            for (var i = 0; i < 7 && seen.Count < ids.Count; i++)
            {
                var subject = JsonNode.Parse((await reader.Next()).Data)!["subject"]!.GetValue<string>();
                if (ids.Contains(subject))
                {
                    seen.Add(subject);
                }
                place = reader.LastEventId;
            }
            // More happens between two connections.
            if (ids.Count < 40)
            {
                ids.Add((await _server.Key(new { name = "meanwhile", role = "reader" })).Id);
            }
        }
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task A_reader_of_a_long_log_gets_all_of_it_and_then_what_is_new()
    {
        const int Count = 1500;
        await Write(Count);
        await using var reader = await EventReader.Open(_server.Http, "?project=*&kind=key.created&after=0");
        // The local administrator's own key came first.
        for (var i = 0; i < Count + 1; i++)
        {
            Assert.DoesNotContain("new", (await reader.Next()).Data, StringComparison.Ordinal);
        }
        await Write(1, "new");
        Assert.Contains("new", (await reader.Next()).Data, StringComparison.Ordinal);
    }

    // Facts, many in a transaction, as large as their padding makes them.
    private Task Write(int count, string padding = "") => Write(_server.Store, count, padding);

    private static async Task Write(IStore store, int count, string padding = "") => await store.Write<object>(
        Caller.System,
        async (session, _) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.Append(KeysFeature.Created, KeyBook.Home, "k0000000000", new KeyCreated(KeyId.Parse("k0000000000"), padding, Role.Reader));
            }
            return "";
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_silent_stream_beats_and_its_place_moves_with_what_it_does_not_tell()
    {
        await using var reader = await EventReader.Open(_server.Http, "?project=*&kind=agent.*");
        await Write(1);
        var end = (await _server.Store.Read<object>(
            Caller.System, async (session, _) => await Core.Feed.Log.End(session), TestContext.Current.CancellationToken)).Value.ToString();
        // The parser gives ids out with events only, so one is told after a beat has had its time.
        await Register("dave/vc", "github.com/o/vc");
        var first = await reader.Next();
        Assert.StartsWith("agent.", first.EventType, StringComparison.Ordinal);
        var place = long.Parse(end!, System.Globalization.CultureInfo.InvariantCulture);
        await FirstBytes("?project=*&kind=agent.online&after=0", text => text.Split(":\nid: ").Skip(1).Any(beat =>
            beat.Contains('\n', StringComparison.Ordinal) && long.Parse(beat.Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture) >= place));
    }

    private async Task<string> FirstBytes(string query, Func<string, bool> enough)
    {
        var response = await _server.Http.Send(HttpMethod.Get, "/v1/events" + query);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!enough(text.ToString()))
        {
            var read = await body.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    [Fact]
    public async Task By_default_an_agent_hears_of_its_own_project_and_of_no_other()
    {
        await Register("dave/vc", "github.com/o/vc");
        await Register("main/beads", "github.com/o/beads");
        using var dave = _server.Client(_server.Token, ("Wigwag-Agent", "dave/vc"));
        await using var reader = await EventReader.Open(dave);
        await Register("eve/beads", "github.com/o/beads");
        await Register("carl/vc", "github.com/o/vc");
        var data = JsonNode.Parse((await reader.Next()).Data)!;
        Assert.Equal("github.com/o/vc", data["project"]!.GetValue<string>());
        Assert.Equal("carl/vc", data["subject"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_key_hears_nothing_of_projects_beyond_its_reach()
    {
        await Register("dave/vc", "github.com/o/vc");
        await Register("main/beads", "github.com/o/beads");
        var (token, _) = await _server.Key(new { name = "vc only", role = "reader", projects = JsonNode.Parse("[\"vc\"]") });
        using var scoped = _server.Client(token);
        await RunningServer.Refused(await scoped.Get("/v1/events?project=beads"), HttpStatusCode.NotFound, "unknown_project");
        await using var reader = await EventReader.Open(scoped, "?project=*&after=0");
        await Register("carl/vc", "github.com/o/vc");
        var subjects = new List<string>();
        do
        {
            var data = JsonNode.Parse((await reader.Next()).Data)!;
            Assert.Equal("github.com/o/vc", data["project"]!.GetValue<string>());
            subjects.Add(data["subject"]!.GetValue<string>());
        }
        while (subjects[^1] != "carl/vc");
        Assert.Contains("dave/vc", subjects);
    }

    [Theory]
    [InlineData("?kind=nonsense", HttpStatusCode.BadRequest, "unknown_kind")]
    [InlineData("?after=yesterday", HttpStatusCode.BadRequest, "bad_event_id")]
    [InlineData("?after=-1", HttpStatusCode.BadRequest, "bad_event_id")]
    [InlineData("?after=999999999", HttpStatusCode.Gone, "unknown_event_id")]
    [InlineData("?project=nowhere", HttpStatusCode.NotFound, "unknown_project")]
    public async Task A_stream_that_cannot_be_is_refused_before_it_begins(string query, HttpStatusCode status, string code) =>
        await RunningServer.Refused(await _server.Http.Get("/v1/events" + query), status, code);

    [Fact]
    public async Task Revoking_a_key_ends_its_open_streams_within_a_second()
    {
        var (token, id) = await _server.Key(new { name = "screen", role = "reader" });
        using var client = _server.Client(token);
        await using var reader = await EventReader.Open(client);
        var end = reader.End();
        var started = Stopwatch.GetTimestamp();
        await RunningServer.Ok(await _server.Http.Delete("/v1/keys/" + id));
        await end;
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), "It went on.");
        await RunningServer.Refused(await client.Get("/v1/events"), HttpStatusCode.Unauthorized, "bad_credential");
    }

    [Fact]
    public async Task One_key_holds_no_more_streams_than_its_limit_and_gets_another_when_one_ends()
    {
        await using var server = await RunningServer.Start(options => options with
        {
            Limits = options.Limits with { StreamsPerKey = 3, StreamHeartbeat = TimeSpan.FromMilliseconds(50) },
        });
        var readers = new List<EventReader>();
        for (var i = 0; i < 3; i++)
        {
            readers.Add(await EventReader.Open(server.Http));
        }
        var refused = await server.Http.Send(HttpMethod.Get, "/v1/events");
        await RunningServer.Refused(refused, HttpStatusCode.TooManyRequests, "too_many_streams");
        Assert.NotNull(refused.Headers.RetryAfter);
        await readers[0].DisposeAsync();
        await Until(async () =>
        {
            using var again = await server.Http.Send(HttpMethod.Get, "/v1/events");
            return again.IsSuccessStatusCode;
        });
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_dropped_and_slows_no_other()
    {
        using var stalled = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await stalled.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _server.Port), TestContext.Current.CancellationToken);
        await stalled.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/events?project=* HTTP/1.1\r\nHost: localhost:{_server.Port}\r\nAuthorization: Bearer {_server.Token}\r\n\r\n"), TestContext.Current.CancellationToken);
        await using var healthy = await EventReader.Open(_server.Http, "?project=*");
        await Until(async () => (await Metrics()).Contains("wigwag_event_stream_active 2", StringComparison.Ordinal));
        await Until(async () =>
        {
            // One that reads what comes is told of everything meanwhile.
            var reading = Read(healthy, 50);
            await Write(50, new string('x', 20_000));
            await reading;
            return (await Metrics()).Contains("wigwag_event_stream_dropped_total 1", StringComparison.Ordinal);
        });
        Assert.Contains("wigwag_event_stream_active 1", await Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fact_that_comes_at_the_moment_of_a_beat_is_told()
    {
        await using var server = await RunningServer.Start(options => options with { Limits = options.Limits with { StreamHeartbeat = TimeSpan.FromMilliseconds(1) } });
        await using var reader = await EventReader.Open(server.Http, "?project=*");
        for (var i = 0; i < 600; i++)
        {
            await Write(server.Store, 1);
            Assert.Equal("key.created", (await reader.Next()).EventType);
        }
    }

    private static async Task Read(EventReader reader, int events)
    {
        for (var i = 0; i < events; i++)
        {
            await reader.Next();
        }
    }

    private async Task<string> Metrics() => await (await _server.Http.Get("/metrics")).Text();

    [Fact]
    public async Task Stopping_the_server_ends_streams_at_once()
    {
        await using var server = await RunningServer.Start();
        await using var reader = await EventReader.Open(server.Http);
        var end = reader.End();
        var started = Stopwatch.GetTimestamp();
        await server.Stop();
        await end;
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(4), "It waited for the stream.");
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
