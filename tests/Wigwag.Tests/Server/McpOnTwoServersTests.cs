using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Wigwag.Storage.Postgres;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Server;

/// <summary>MCP where requests go to one server and to another, on one PostgreSQL database.</summary>
public sealed class McpOnTwoServersTests : IAsyncLifetime
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";

    private const string List = """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""";

    private readonly List<PostgresStore> _stores = [];
    private PostgresCluster _cluster = null!;
    private string _database = "";
    private RunningServer _left = null!;
    private RunningServer _right = null!;
    private string _key = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.Database();
        (_left, _right) = (await Server(), await Server());
        (_key, _) = await _left.Key(new { name = "client", role = "reader" });
    }

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
        await _cluster.Drop(_database);
    }

    [Fact]
    public async Task A_session_is_not_found_at_another_server_where_its_client_begins_a_new_one()
    {
        var (opened, session, _) = await Ask(_left, Initialize);
        Assert.Equal(HttpStatusCode.OK, opened);

        var (elsewhere, _, problem) = await Ask(_right, List, session);
        var (again, another, _) = await Ask(_right, Initialize);

        // What the protocol has a client answer with a new initialize.
        Assert.Equal(HttpStatusCode.NotFound, elsewhere);
        Assert.Contains("-32001", problem, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, again);
        Assert.NotEqual(session, another);
        foreach (var (server, own) in new[] { (_right, another), (_left, session) })
        {
            var (listed, _, tools) = await Ask(server, List, own);
            Assert.Equal(HttpStatusCode.OK, listed);
            Assert.Contains("\"inputSchema\"", tools, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Requests_of_the_revision_without_sessions_go_to_either()
    {
        const string Stateless =
            """
            {"jsonrpc":"2.0","id":2,"method":"tools/list","params":{"_meta":{
              "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
            """;
        foreach (var server in new[] { _left, _right, _left })
        {
            var (status, session, tools) = await Ask(server, Stateless, null, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list"));
            Assert.True(status == HttpStatusCode.OK, tools);
            Assert.Null(session);
            Assert.Contains("\"inputSchema\"", tools, StringComparison.Ordinal);
        }
    }

    private async Task<(HttpStatusCode Status, string? Session, string Answer)> Ask(
        RunningServer server, string body, string? session = null, params (string Name, string Value)[] headers)
    {
        using var client = server.Client(_key, headers);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }
        using var answer = await client.SendAsync(request, Stop);
        return (answer.StatusCode, answer.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<RunningServer> Server()
    {
        var store = await PostgresStore.Open(_cluster.Address(_database), cancel: Stop);
        _stores.Add(store);
        return await RunningServer.Start(options => options with { Store = store, Blobs = new PostgresBlobs(store) });
    }
}
