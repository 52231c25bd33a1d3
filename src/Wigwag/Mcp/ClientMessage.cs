using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Wigwag.Program.Mcp;

/// <summary>One line that the client wrote: a JSON-RPC message, passed on as it is, and what the bridge must know of it.</summary>
internal sealed class ClientMessage
{
    // The revision whose requests stand alone, and say so in themselves.
    private const string Stateless = "2026-07-28";

    private readonly JsonElement _root;

    private ClientMessage(byte[] json, JsonElement root)
    {
        (Json, _root) = (json, root);
        Method = Text(root, "method");
        Id = root.TryGetProperty("id", out var id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? id.GetRawText() : null;
        if (root.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object)
        {
            Parameters = parameters;
            var hasMeta = parameters.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object;
            Version = hasMeta ? Text(meta, MetaKeys.ProtocolVersion) : null;
            var client = hasMeta && meta.TryGetProperty(MetaKeys.ClientInfo, out var told) || parameters.TryGetProperty("clientInfo", out told) ? told : default;
            ClientName = client.ValueKind == JsonValueKind.Object ? Text(client, "name") : null;
        }
    }

    /// <summary>The message in UTF-8.</summary>
    public byte[] Json { get; }

    /// <summary>The id as JSON text, which tells 1 from "1"; null for a notification.</summary>
    public string? Id { get; }

    /// <summary>Null for an answer to the server.</summary>
    public string? Method { get; }

    public JsonElement Parameters { get; }

    /// <summary>The revision that a request names in itself.</summary>
    public string? Version { get; }

    /// <summary>The program that sent it, where it says so.</summary>
    public string? ClientName { get; }

    public bool IsRequest => Method is not null && Id is not null;

    /// <summary>True for a request of a revision without sessions.</summary>
    public bool IsStateless => Version is not null && string.CompareOrdinal(Version, Stateless) >= 0;

    /// <summary>What the header <c>Mcp-Name</c> mirrors.</summary>
    public string? Name => Method switch
    {
        RequestMethods.ToolsCall or RequestMethods.PromptsGet => Parameter("name"),
        RequestMethods.ResourcesRead => Parameter("uri"),
        _ => null,
    };

    public string? Parameter(string name) => Parameters.ValueKind == JsonValueKind.Object ? Text(Parameters, name) : null;

    /// <summary>The request that a cancellation names, as <see cref="Id"/> has it.</summary>
    public string? CancelledId => Method == NotificationMethods.CancelledNotification && Parameters.ValueKind == JsonValueKind.Object
        && Parameters.TryGetProperty("requestId", out var id) ? id.GetRawText() : null;

    /// <summary>The resources that a request to listen names.</summary>
    public IReadOnlyList<string> Subscriptions =>
        Method == RequestMethods.SubscriptionsListen && Parameters.ValueKind == JsonValueKind.Object
        && Parameters.TryGetProperty("notifications", out var wanted) && wanted.ValueKind == JsonValueKind.Object
        && wanted.TryGetProperty("resourceSubscriptions", out var uris) && uris.ValueKind == JsonValueKind.Array
            ? [.. uris.EnumerateArray().Where(uri => uri.ValueKind == JsonValueKind.String).Select(uri => uri.GetString()!)]
            : [];

    /// <summary>The messages of a line, which are several only in the revision that allowed it; null when the line is none.</summary>
    public static IReadOnlyList<ClientMessage>? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement.Clone();
            var each = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : new List<JsonElement> { root };
            return each.Count > 0 && each.All(element => element.ValueKind == JsonValueKind.Object)
                ? [.. each.Select(element => new ClientMessage(Encoding.UTF8.GetBytes(element.GetRawText()), element))]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
