using System.Net;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server;

namespace Wigwag.Security.Access;

/// <summary>
/// A page in a browser changes nothing: what a link or an image asks for has no credential, and only reads where none is wanted; what a form
/// sends is refused.
/// </summary>
public sealed class CrossSiteTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // As browsers send it for a page of another site: an image, a link that is followed, a script's own request.
    private static readonly (string, string)[][] Pages =
    [
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors")],
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")],
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors"), ("Origin", "https://evil.example")],
    ];

    [Fact]
    public async Task A_page_changes_nothing_with_GET_or_HEAD_also_where_no_credential_is_asked_for()
    {
        Assert.All(Catalog.Operations.Where(operation => operation.Http.StartsWith("GET ", StringComparison.Ordinal)), operation => Assert.Equal(Effect.Query, operation.Effect));
        await using var open = await RunningServer.Start(options => options with { Authentication = AuthenticationMode.None });
        var asked = 0;
        foreach (var server in new[] { _server, open })
        {
            using var mail = await Mail(server);
            var before = await State(server, also: "delivered_at|last_seen_at");
            foreach (var page in Pages)
            {
                using var browser = server.Client(null, page);
                asked += await GetAll(browser);
            }
            Assert.Equal(before, await State(server, also: "delivered_at|last_seen_at"));
        }
        Scale.Tell("Cross-site:", $"{asked} requests of pages with GET and HEAD on every route: 0 changes");
    }

    [Fact]
    public async Task What_an_agent_asks_for_with_GET_or_HEAD_notes_what_it_was_given_and_that_it_is_there_and_nothing_else()
    {
        using var dave = await Mail(_server);
        var before = await State(_server, also: "");
        var delivered = await State(_server, also: "delivered_at|last_seen_at");
        var asked = await GetAll(dave);
        Assert.Equal(before, await State(_server, also: ""));
        Assert.NotEqual(delivered, await State(_server, also: "delivered_at|last_seen_at"));
        Scale.Tell("Cross-site:", $"{asked} requests of an agent with GET and HEAD on every route: 0 changes but what was delivered to it and when it was seen");
    }

    /// <summary>An agent that has mail, as it speaks.</summary>
    private static async Task<HttpClient> Mail(RunningServer server)
    {
        foreach (var agent in new[] { "dave/vc", "main/vc" })
        {
            await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent, project = "github.com/o/vc" }));
        }
        using var main = server.Client(server.Token, ("Wigwag-Agent", "main/vc"));
        await RunningServer.Ok(await main.Post("/v1/projects/-/messages", new { to = "dave/vc", subject = "Mail" }));
        return server.Client(server.Token, ("Wigwag-Agent", "dave/vc"));
    }

    private static async Task<int> GetAll(HttpClient client)
    {
        var asked = 0;
        foreach (var path in Routes.All.Select(route => route.Path).Append("/v1/projects/-/inbox").Where(path => path is not ("/v1/events" or "/mcp") && !path.Contains("wait", StringComparison.Ordinal)).Distinct())
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                using var response = await client.Send(method, path);
                asked++;
            }
        }
        return asked;
    }

    /// <summary>How many rows each table has, and what a reader may change of them.</summary>
    private static async Task<string> State(RunningServer server, string also)
    {
        // What is written behind an answer is written before this.
        await server.Store.Write<int>(Caller.System, async (session, _) => await session.ExecuteCounted("UPDATE keys SET name = name"), TestContext.Current.CancellationToken);
        return (await server.Store.Read<string>(Caller.System, async (session, _) =>
        {
            string[] tables =
            [
                "agents", "attachments", "deliveries", "delivery_reads", "events WHERE kind NOT IN ('message.delivered', 'agent.online')", "external_projects", "idempotency_keys", "issues", "issue_dependencies", "keys", "leases", "messages",
                "news_places", "project_names", "projects", "thread_participants", "uploads", "waiting", "wake_policies",
            ];
            var state = new StringBuilder();
            foreach (var count in tables.Select(table => $"SELECT COUNT(*) FROM {table}").Append("SELECT COUNT(*) FROM deliveries WHERE state <> 'unread'"))
            {
                state.Append(await session.Scalar(count)).Append(' ');
            }
            foreach (var column in also.Split('|', StringSplitOptions.RemoveEmptyEntries))
            {
                state.Append(await session.Scalar($"SELECT COALESCE(SUM({column}), 0) FROM {(column == "delivered_at" ? "deliveries" : "agents")}")).Append(' ');
            }
            return state.ToString();
        }, TestContext.Current.CancellationToken)).Value;
    }

    [Fact]
    public async Task What_a_form_can_send_is_refused()
    {
        var before = await Everything();
        var sent = 0;
        foreach (var (_, path) in Routes.All.Where(route => route.Method == "POST"))
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
            {
                foreach (var origin in new[] { "https://evil.example", "null" })
                {
                    // As a browser sends it, with the key that a careless proxy might add.
                    using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent("{\"name\":\"x\",\"role\":\"reader\"}"u8.ToArray()) };
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                    request.Headers.TryAddWithoutValidation("Origin", origin);
                    request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "cross-site");
                    using var response = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                    Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
                    sent++;
                }
            }
        }
        foreach (var operation in Catalog.Operations.Where(operation => operation.Http.StartsWith("POST ", StringComparison.Ordinal)))
        {
            var path = operation.Http[5..].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            var response = await _server.Http.Post(path, new StringContent("{}", Encoding.UTF8, "text/plain"));
            await RunningServer.Refused(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
            sent++;
        }
        Assert.Equal(before, await Everything());
        Scale.Tell("Cross-site:", $"{sent} forms: 0 taken");
    }

    private async Task<long> Everything() => (await _server.Store.Read<object>(
        Caller.System, async (session, _) => await session.Scalar("SELECT COUNT(*) FROM events") ?? 0, TestContext.Current.CancellationToken)).Value is long count ? count : -1;
}
