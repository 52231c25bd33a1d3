using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Wigwag.Program.Demo;

/// <summary>An agent that uses MCP over HTTP, as an agent's own client does, with a key of its own.</summary>
internal sealed class McpAgent : IAsyncDisposable
{
    private readonly McpClient _client;
    private readonly string _name;
    private readonly Narrator _narrator;

    private McpAgent(McpClient client, string name, Narrator narrator) => (_client, _name, _narrator) = (client, name, narrator);

    public static async Task<McpAgent> Connect(Uri server, string key, string name, Narrator narrator, CancellationToken cancel)
    {
        var transport = new HttpClientTransport(new()
        {
            Endpoint = new(server, "/mcp?toolsets=all"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        });
        return new(await McpClient.CreateAsync(transport, cancellationToken: cancel), name, narrator);
    }

    /// <summary>Calls a tool and shows the call; its structured answer.</summary>
    public async Task<JsonElement> Call(string tool, JsonObject arguments, CancellationToken cancel)
    {
        _narrator.Call(_name, tool, arguments.Count == 0 ? "" : arguments.ToJsonString());
        var answer = await _client.CallToolAsync(
            new CallToolRequestParams
            {
                Name = tool,
                Arguments = arguments.ToDictionary(pair => pair.Key, pair => JsonDocument.Parse(pair.Value!.ToJsonString()).RootElement),
            },
            cancel);
        return answer.IsError is true
            ? throw new DemoException($"{_name}: {tool} was refused: {string.Join(' ', answer.Content.OfType<TextContentBlock>().Select(block => block.Text))}")
            : answer.StructuredContent ?? throw new DemoException($"{_name}: {tool} gave no structured answer.");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
