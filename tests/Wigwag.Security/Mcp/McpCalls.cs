using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wigwag.Security.Mcp;

/// <summary>MCP over HTTP, message by message, with headers that a client may get wrong.</summary>
internal static class McpCalls
{
    public const string Revision = "2026-07-28";

    public static JsonObject Message(string method, JsonObject parameters, JsonNode? id = null)
    {
        parameters["_meta"] = new JsonObject
        {
            ["io.modelcontextprotocol/protocolVersion"] = Revision,
            ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
            ["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "test", ["version"] = "1" },
        };
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id ?? 1, ["method"] = method, ["params"] = parameters };
    }

    public static JsonObject Tool(string name, JsonObject arguments, JsonNode? id = null) =>
        Message("tools/call", new JsonObject { ["name"] = name, ["arguments"] = arguments }, id);

    /// <summary>A request to the stateless endpoint whose headers mirror its body, but for those given.</summary>
    public static HttpRequestMessage Request(JsonObject message, params (string Name, string? Value)[] headers) =>
        Request(message.ToJsonString(), [("MCP-Protocol-Version", Revision), ("Mcp-Method", message["method"]!.GetValue<string>()), ("Mcp-Name", message["params"]?["name"]?.GetValue<string>()), .. headers]);

    /// <summary>A request of any body and headers; of a name given twice the last counts, and null leaves it out.</summary>
    public static HttpRequestMessage Request(string body, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/mcp?toolsets=all") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers.Prepend(("Accept", "application/json, text/event-stream")).GroupBy(header => header.Item1).Select(same => same.Last()))
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return request;
    }

    /// <summary>The JSON-RPC answer, streamed or whole.</summary>
    public static async Task<JsonElement> Answer(this HttpResponseMessage response)
    {
        var text = await response.Text();
        var told = text.Split('\n').LastOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal));
        return JsonDocument.Parse(told?["data: ".Length..] ?? text).RootElement;
    }

    public static async Task<JsonElement> Call(this HttpClient client, JsonObject message) => await (await client.SendAsync(Request(message), TestContext.Current.CancellationToken)).Answer();

    /// <summary>What a tool says to a model.</summary>
    public static async Task<string> Text(this HttpClient client, string tool, JsonObject arguments)
    {
        var answer = await client.Call(Tool(tool, arguments));
        return answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    /// <summary>Opens a session of an older revision and answers its name.</summary>
    public static async Task<string> Open(this HttpClient client)
    {
        var hello = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";
        using var opened = await client.SendAsync(Request(hello), TestContext.Current.CancellationToken);
        var session = opened.Headers.GetValues("Mcp-Session-Id").Single();
        using var told = await client.SendAsync(
            Request("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-06-18")), TestContext.Current.CancellationToken);
        Assert.True(told.IsSuccessStatusCode);
        return session;
    }
}
