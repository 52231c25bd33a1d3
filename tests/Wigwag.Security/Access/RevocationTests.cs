using System.Diagnostics;
using System.Net;
using Wigwag.Security.Mcp;

namespace Wigwag.Security.Access;

/// <summary>A key that was revoked opens nothing any more, and what it had open ends.</summary>
public sealed class RevocationTests
{
    [Fact]
    public async Task What_a_revoked_key_had_open_ends()
    {
        await using var server = await RunningServer.Start();
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        var (token, id) = await server.Key(new { name = "dave", role = "agent", agent = "dave/vc" });
        using var dave = server.Client(token);
        var session = await dave.Open();
        using var events = await Stream(dave, new(HttpMethod.Get, "/v1/events"));
        using var opened = McpCalls.Request("", ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-06-18"));
        (opened.Method, opened.Content) = (HttpMethod.Get, null);
        using var stream = await Stream(dave, opened);
        using var listening = await Stream(dave, McpCalls.Request(
            McpCalls.Message("subscriptions/listen", new() { ["notifications"] = new System.Text.Json.Nodes.JsonObject { ["toolsListChanged"] = true } })));
        var waiting = dave.Get("/v1/projects/-/inbox/wait");

        var since = Stopwatch.GetTimestamp();
        await RunningServer.Ok(await server.Http.Delete("/v1/keys/" + id));
        await Task.WhenAll(End(events), End(stream), End(listening));
        Assert.Equal(HttpStatusCode.Unauthorized, (await waiting).StatusCode);
        var spent = Stopwatch.GetElapsedTime(since);
        using var again = McpCalls.Request("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""", ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-06-18"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await dave.SendAsync(again, TestContext.Current.CancellationToken)).StatusCode);
        Scale.Tell("Revocation:", $"an event stream, an MCP session's stream, a subscription and a wait ended {spent.TotalMilliseconds:0} ms after their key was revoked");
    }

    private static async Task<HttpResponseMessage> Stream(HttpClient client, HttpRequestMessage request)
    {
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{request.RequestUri}: {(int)response.StatusCode}");
        return response;
    }

    private static async Task End(HttpResponseMessage response)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await (await response.Content.ReadAsStreamAsync(patience.Token)).CopyToAsync(System.IO.Stream.Null, patience.Token);
        }
        catch (Exception e) when (e is HttpIOException or IOException)
        {
            // A connection that was cut is an end, too.
        }
    }
}
