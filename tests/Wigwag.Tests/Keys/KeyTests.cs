using System.Net;
using System.Text.Json.Nodes;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Server.Access;
using Wigwag.Tests.Server;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Keys;

public sealed class KeyTests : IAsyncLifetime
{
    private const string Ann = "Ann Lee <ann@example.org>";

    private RunningServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start();
        await Register("dave/vc", "github.com/o/vc", "Ann Lee", "ann@example.org");
        await Register("main/beads", "github.com/o/beads", "Bob Ray", "bob@example.org");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<JsonObject> Register(string agent, string project, string name, string email) => await RunningServer.Ok(await _server.Http.Post(
        "/v1/agents", new { agent, project, operator_name = name, operator_email = email, host = "box", path = "/home/" + agent, fingerprint = "1" }));

    private async Task<HttpClient> AnnsClient() => _server.Client((await _server.Key(new { name = "ann", role = "operator", @operator = Ann })).Token);

    [Fact]
    public async Task A_key_opens_the_server_until_it_is_revoked_and_never_again()
    {
        var (token, id) = await _server.Key(new { name = "screen", role = "reader" });
        using var reader = _server.Client(token);
        await RunningServer.Ok(await reader.Get("/v1/projects"));
        await RunningServer.Ok(await _server.Http.Delete("/v1/keys/" + id));
        var since = TimeProvider.System.GetTimestamp();
        while ((await reader.Get("/v1/projects")).StatusCode != HttpStatusCode.Unauthorized)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(30), "The key still opens the server.");
        }
        await RunningServer.Refused(await reader.Get("/v1/projects"), HttpStatusCode.Unauthorized, "bad_credential");
        var again = await RunningServer.Ok(await _server.Http.Delete("/v1/keys/" + id));
        Assert.NotNull(again["revoked_at"]);
    }

    [Fact]
    public async Task The_database_holds_nothing_that_opens_the_server()
    {
        Assert.SkipWhen(TestEngine.IsPostgres, "It reads the database's file.");
        var (token, _) = await _server.Key(new { name = "screen", role = "reader" });
        using var repeat = _server.Client(_server.Token, ("Idempotency-Key", "once"));
        var kept = (await RunningServer.Ok(await repeat.Post("/v1/keys", new { name = "kept", role = "reader" })))["token"]!.GetValue<string>();
        var copy = Path.Combine(_server.Folder, "copy.db");
        await _server.Store.Backup(copy, TestContext.Current.CancellationToken);
        var bytes = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
        Assert.Contains(KeyToken.Hash(token), bytes, StringComparison.Ordinal);
        Assert.All([token, kept, _server.Token], secret => Assert.DoesNotContain(secret[^43..], bytes, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_expired_key_opens_nothing_and_ends_what_it_had_open()
    {
        var (id, token) = KeyToken.New();
        using var client = _server.Client(token);
        // Expiry is in days for people; the store takes any moment.
        var until = TimeProvider.System.GetUtcNow().AddSeconds(2);
        await _server.Store.Write<object>(
            Caller.System,
            async (session, _) =>
            {
                var key = new Key { KeyId = id, Name = "brief", Role = Role.Reader, CreatedAt = session.Now, CreatedBy = "test", ExpiresAt = until };
                await KeyBook.Add(session, key, KeyToken.Hash(token));
                return "";
            },
            TestContext.Current.CancellationToken);
        await using var reader = await EventReader.Open(client);
        await reader.End();
        Assert.True(TimeProvider.System.GetUtcNow() >= until.AddMilliseconds(-50));
        await RunningServer.Refused(await client.Get("/v1/projects"), HttpStatusCode.Unauthorized, "bad_credential");
    }

    [Theory]
    [InlineData("""{"name":"x","role":"agent"}""", "agent_missing")]
    [InlineData("""{"name":"x","role":"reader","agent":"dave/vc"}""", "agent_not_wanted")]
    [InlineData("""{"name":"x","role":"operator"}""", "operator_missing")]
    [InlineData("""{"name":" ","role":"reader"}""", "bad_key_name")]
    [InlineData("""{"name":"two\nlines","role":"reader"}""", "bad_key_name")]
    [InlineData("""{"name":"x","role":"reader","expires_in_days":0}""", "bad_expiry")]
    [InlineData("""{"name":"x","role":"reader","projects":[]}""", "bad_projects")]
    public async Task A_key_that_makes_no_sense_is_refused(string body, string code) =>
        await RunningServer.Refused(await _server.Http.Post("/v1/keys", new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"))), HttpStatusCode.BadRequest, code);

    [Theory]
    [InlineData("agent")]
    [InlineData("reader")]
    public async Task Agents_and_readers_make_see_and_revoke_no_keys(string role)
    {
        var (token, id) = await _server.Key(new { name = "low", role, agent = role == "agent" ? "dave/vc" : null });
        using var low = _server.Client(token);
        await RunningServer.Refused(await low.Post("/v1/keys", new { name = "x", role = "reader" }), HttpStatusCode.Forbidden, "role_too_low");
        await RunningServer.Refused(await low.Get("/v1/keys"), HttpStatusCode.Forbidden, "role_too_low");
        await RunningServer.Refused(await low.Delete("/v1/keys/" + id), HttpStatusCode.Forbidden, "role_too_low");
    }

    [Fact]
    public async Task An_operator_makes_keys_for_their_own_agents_only()
    {
        using var ann = await AnnsClient();
        var made = await RunningServer.Ok(await ann.Post("/v1/keys", new { name = "dave", role = "agent", agent = "dave/vc" }));
        Assert.Equal(Ann, made["key"]!["operator"]!.GetValue<string>());
        var others = await RunningServer.Refused(await ann.Post("/v1/keys", new { name = "x", role = "agent", agent = "main/beads" }), HttpStatusCode.NotFound, "unknown_agent");
        var nobodys = await RunningServer.Refused(await ann.Post("/v1/keys", new { name = "x", role = "agent", agent = "none/beads" }), HttpStatusCode.NotFound, "unknown_agent");
        Assert.Equal(others.ToJsonString().Replace("main/beads", "none/beads", StringComparison.Ordinal), nobodys.ToJsonString());
        await RunningServer.Refused(await ann.Post("/v1/keys", new { name = "x", role = "operator", @operator = Ann }), HttpStatusCode.Forbidden, "role_too_low");
        await RunningServer.Refused(await ann.Post("/v1/keys", new { name = "x", role = "administrator" }), HttpStatusCode.Forbidden, "role_too_low");
        await RunningServer.Refused(await ann.Post("/v1/keys", new { name = "x", role = "reader", @operator = "Bob Ray <bob@example.org>" }), HttpStatusCode.Forbidden, "not_your_operator");
    }

    [Fact]
    public async Task An_operator_sees_and_revokes_their_own_keys_only()
    {
        using var ann = await AnnsClient();
        var (_, foreign) = await _server.Key(new { name = "bob's", role = "agent", agent = "main/beads" });
        await RunningServer.Refused(await ann.Delete("/v1/keys/" + foreign), HttpStatusCode.NotFound, "unknown_key");
        var own = (await RunningServer.Ok(await ann.Post("/v1/keys", new { name = "mine", role = "reader" })))["key"]!["key_id"]!.GetValue<string>();
        var seen = (await RunningServer.Ok(await ann.Get("/v1/keys")))["keys"]!.AsArray().Select(key => key!["key_id"]!.GetValue<string>()).ToList();
        Assert.Contains(own, seen);
        Assert.DoesNotContain(foreign, seen);
        await RunningServer.Ok(await ann.Delete("/v1/keys/" + own));
    }

    [Fact]
    public async Task A_key_reaches_no_further_than_the_one_that_made_it()
    {
        var (token, _) = await _server.Key(new { name = "vc admin", role = "administrator", projects = JsonNode.Parse("[\"vc\"]") });
        using var scoped = _server.Client(token);
        await RunningServer.Refused(await scoped.Post("/v1/keys", new { name = "x", role = "reader", projects = JsonNode.Parse("[\"beads\"]") }), HttpStatusCode.NotFound, "unknown_project");
        var made = await RunningServer.Ok(await scoped.Post("/v1/keys", new { name = "x", role = "reader" }));
        Assert.Equal("github.com/o/vc", Assert.Single(made["key"]!["projects"]!.AsArray())!.GetValue<string>());
        // Keys that reach further are not there for it.
        Assert.All((await RunningServer.Ok(await scoped.Get("/v1/keys")))["keys"]!.AsArray(), key => Assert.NotNull(key!["projects"]));
    }

    [Fact]
    public async Task An_operators_key_speaks_for_the_agents_they_operate()
    {
        var (token, _) = await _server.Key(new { name = "ann", role = "operator", @operator = Ann });
        using var own = _server.Client(token, ("Wigwag-Agent", "dave/vc"));
        Assert.Equal("dave/vc", (await RunningServer.Ok(await own.Get("/v1/status")))["agent"]!.ToString());
        foreach (var other in new[] { "main/beads", "none/beads" })
        {
            using var client = _server.Client(token, ("Wigwag-Agent", other));
            await RunningServer.Refused(await client.Get("/v1/status"), HttpStatusCode.Forbidden, "not_your_agent");
        }
    }

    [Fact]
    public async Task A_workspace_speaks_as_the_agent_it_registered_until_its_repository_changes()
    {
        using var same = _server.Client(_server.Token, ("Wigwag-Workspace", "host=box;path=%2Fhome%2Fdave%2Fvc;fingerprint=1"));
        Assert.Equal("dave/vc", (await RunningServer.Ok(await same.Get("/v1/status")))["agent"]!.ToString());
        using var changed = _server.Client(_server.Token, ("Wigwag-Workspace", "host=box;path=%2Fhome%2Fdave%2Fvc;fingerprint=2"));
        await RunningServer.Refused(await changed.Get("/v1/status"), HttpStatusCode.Conflict, "workspace_unregistered");
        await RunningServer.Ok(await changed.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc", host = "box", path = "/home/dave/vc", fingerprint = "2" }));
        Assert.Equal("dave/vc", (await RunningServer.Ok(await changed.Get("/v1/status")))["agent"]!.ToString());
    }

    [Fact]
    public async Task An_agents_key_stands_in_its_agents_project()
    {
        var (token, _) = await _server.Key(new { name = "dave", role = "agent", agent = "dave/vc" });
        using var dave = _server.Client(token);
        var status = await RunningServer.Ok(await dave.Get("/v1/status"));
        Assert.Equal("dave/vc", status["agent"]!.ToString());
        Assert.Equal("github.com/o/vc", status["project"]!.ToString());
    }

    [Fact]
    public async Task The_local_token_stays_the_same_and_is_made_anew_when_its_key_was_revoked()
    {
        var path = Path.Combine(_server.Folder, "token");
        Assert.Equal(_server.Token, await LocalToken.Ensure(path, _server.Store, TestContext.Current.CancellationToken));
        Assert.True(KeyToken.TryRead(_server.Token, out var id));
        await RunningServer.Ok(await _server.Http.Delete($"/v1/keys/{id}"));
        var renewed = await LocalToken.Ensure(path, _server.Store, TestContext.Current.CancellationToken);
        Assert.NotEqual(_server.Token, renewed);
        using var client = _server.Client(renewed);
        await RunningServer.Ok(await client.Get("/v1/keys"));
    }
}
