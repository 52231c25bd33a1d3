using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Server;

namespace Wigwag.Tests.Storage;

/// <summary>What somebody remembers of the time between a backup and its restore: a place in the log or in a list, a fencing token, an idempotency key.</summary>
public sealed class RestoredTimelineTests : IDisposable
{
    // Every request that takes a place to go on from: the letter of its cursors, or null where they hold a sort key of what is listed now
    // (a name, a time and an id) and not a number that was given out, so that a page of the restored state is what they give.
    private static readonly Dictionary<string, char?> Places = new()
    {
        ["check_inbox.cursor"] = 'i',
        ["list_sent.cursor"] = 's',
        ["get_thread.cursor"] = 't',
        ["search_messages.cursor"] = 'q',
        ["wait_for_messages.after"] = 'a',
        ["tell_news.after"] = 'a',
        ["list_projects.cursor"] = null,
        ["list_agents.cursor"] = null,
        ["list_issues.cursor"] = null,
        ["list_ready_issues.cursor"] = null,
        ["list_leases.cursor"] = null,
    };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Database => _folder["home/wigwag.db"];

    private string Blobs => _folder["home/blobs"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_place_that_a_request_takes_is_known_here() => Assert.Equal(
        Places.Keys.Order(StringComparer.Ordinal),
        Catalog.Operations.SelectMany(operation => Schemas.Of(operation.RequestType)["properties"]!.AsObject()
            .Where(property => property.Key is "cursor" or "after" || property.Key.Contains("since", StringComparison.Ordinal))
            .Select(property => $"{operation.Name}.{property.Key}")).Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_place_of_what_was_lost_is_expired_on_every_way_in_and_one_from_before_goes_on()
    {
        Message kept;
        long keptPlace, lostPlace;
        string lostEvent, keptEvent;
        await using (var store = SqliteStore.Open(Database))
        {
            var (dispatcher, dave) = (new Dispatcher(store, FileBlobs.Open(Blobs)), await Dave(store));
            kept = await Send(dispatcher, dave, "kept");
            keptPlace = await Place(store, kept);
            keptEvent = $"{await End(store)}";
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
            lostPlace = await Place(store, await Send(dispatcher, dave, "lost"));
            lostEvent = $"{await End(store)}";
        }
        await SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop);
        await using var restored = SqliteStore.Open(Database);
        await using var server = await RunningServer.Start(options => options with { Store = restored, Blobs = FileBlobs.Open(Blobs) });
        using var client = server.Client(server.Token, ("Wigwag-Agent", "dave/vc"));

        await Check();
        // As long as the log was shorter than before, a place past its end told; now it is longer.
        await Send(new Dispatcher(restored, FileBlobs.Open(Blobs)), World.Local with { Agent = AgentId.Parse("dave/vc"), Project = kept.Project }, "new");
        await Check();

        async Task Check()
        {
            await RunningServer.Refused(await client.Get($"/v1/events?after={lostEvent}"), HttpStatusCode.Gone, "unknown_event_id");
            using (var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events") { Headers = { { "Last-Event-ID", lostEvent } } })
            {
                await RunningServer.Refused(await client.SendAsync(request, Stop), HttpStatusCode.Gone, "unknown_event_id");
            }
            await using (await EventReader.Open(client, $"?after={keptEvent}"))
            {
            }
            foreach (var (place, letter) in Places.Where(place => place.Value is not null))
            {
                await RunningServer.Refused(await Ask(client, place, Cursor(letter!.Value, lostPlace), kept), HttpStatusCode.Gone, "cursor_expired");
                await RunningServer.Ok(await Ask(client, place, Cursor(letter!.Value, keptPlace), kept));
            }
        }
    }

    [Fact]
    public async Task Nothing_that_was_given_out_is_given_out_again_also_when_the_lost_database_cannot_be_read()
    {
        var told = new List<(long Event, long Message, long Token)>();
        for (var life = 0; life < 3; life++)
        {
            await using (var store = SqliteStore.Open(Database))
            {
                var (dispatcher, dave) = (new Dispatcher(store, FileBlobs.Open(Blobs)), await Dave(store));
                if (life == 0)
                {
                    await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
                }
                for (var i = 0; i < 3; i++)
                {
                    var sent = await Send(dispatcher, dave, "a message");
                    var held = (await dispatcher.Run(Reserve.Operation, new() { Scopes = ["src/**"] }, dave, cancel: Stop)).Value;
                    await dispatcher.Run(Release.Operation, new(), dave, cancel: Stop);
                    told.Add((await End(store), await Place(store, sent), held.Token));
                }
            }
            await File.WriteAllTextAsync(Database, new string('x', 9000), Stop);
            // The clock by which numbers go on has seconds.
            await SqliteBackup.Restore(_folder["backup"], Database, Blobs, new SettableClock(DateTimeOffset.UtcNow.AddSeconds(life)), Stop);
        }

        Assert.Equal(told, told.OrderBy(numbers => numbers.Event));
        Assert.Equal(told, told.OrderBy(numbers => numbers.Message));
        Assert.Equal(told, told.OrderBy(numbers => numbers.Token));
        Assert.Equal(told.Count, told.DistinctBy(numbers => numbers.Token).Count());
    }

    [Fact]
    public async Task A_repeat_gets_its_answer_when_the_backup_has_it_and_is_done_again_when_what_it_did_was_lost()
    {
        Issue kept, lost;
        await using (var store = SqliteStore.Open(Database))
        {
            var (dispatcher, dave) = (new Dispatcher(store, FileBlobs.Open(Blobs)), await Dave(store));
            kept = (await dispatcher.Run(CreateIssue.Operation, new() { Title = "kept" }, dave, "key-kept", Stop)).Value;
            await SqliteBackup.Write(store, Blobs, _folder["backup"], Stop);
            lost = (await dispatcher.Run(CreateIssue.Operation, new() { Title = "lost" }, dave, "key-lost", Stop)).Value;
        }
        await SqliteBackup.Restore(_folder["backup"], Database, Blobs, cancel: Stop);
        await using var restored = SqliteStore.Open(Database);
        var again = new Dispatcher(restored, FileBlobs.Open(Blobs));
        var caller = await Dave(restored);

        Assert.Equal(kept.IssueId, (await again.Run(CreateIssue.Operation, new() { Title = "kept" }, caller, "key-kept", Stop)).Value.IssueId);
        var repeated = (await again.Run(CreateIssue.Operation, new() { Title = "lost" }, caller, "key-lost", Stop)).Value;
        Assert.Equal("lost", (await again.Run(ShowIssue.Operation, new() { IssueId = repeated.IssueId }, caller, cancel: Stop)).Value.Title);
        Assert.Equal("unknown_issue", (await again.Run(ShowIssue.Operation, new() { IssueId = lost.IssueId }, caller, cancel: Stop)).Error?.Code);
    }

    private static async Task<HttpResponseMessage> Ask(HttpClient client, string place, string cursor, Message kept)
    {
        var (name, property) = (place.Split('.')[0], place.Split('.')[1]);
        var (method, path) = Catalog.Operations.Single(operation => operation.Name == name).Http.Split(' ') is [var verb, var route] ? (verb, route) : default;
        path = path!.Replace("{project}", "-", StringComparison.Ordinal).Replace("{thread_id}", kept.ThreadId.Value, StringComparison.Ordinal);
        return method == "GET"
            ? await client.Get($"{path}?{property}={cursor}{(name == "search_messages" ? "&query=a" : "")}{(name == "wait_for_messages" ? "&timeout=0" : "")}")
            : await client.PostAsync(path, JsonContent.Create(new Dictionary<string, string> { [property] = cursor }), Stop);
    }

    private static string Cursor(char list, long seq) => list == 'q' ? Core.Messages.Cursor.Of('q', seq, 0, seq) : Core.Messages.Cursor.Of(list, seq);

    private static async Task<Caller> Dave(SqliteStore store) => World.As((await new Dispatcher(store, null!).Run(
        RegisterAgent.Operation, World.Clone(World.Vc, "/src/dave/vc", "dave"), World.Local, cancel: Stop)).Value);

    private static async Task<Message> Send(Dispatcher dispatcher, Caller caller, string subject) =>
        (await dispatcher.Run(SendMessage.Operation, new() { To = "dave/vc", Subject = subject }, caller, cancel: Stop)).Value;

    private static async Task<long> End(SqliteStore store) =>
        (await store.Read<long>(Caller.System, async (session, _) => await Core.Feed.Log.End(session), Stop)).Value;

    private static async Task<long> Place(SqliteStore store, Message message) => (await store.Read<long>(Caller.System, async (session, _) =>
        await session.Scalar("SELECT seq FROM messages WHERE message_id = @id", ("id", message.MessageId)) ?? 0, Stop)).Value;
}
