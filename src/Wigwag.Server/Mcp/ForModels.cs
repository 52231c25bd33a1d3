using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Text;

namespace Wigwag.Server.Mcp;

/// <summary>
/// Answers as a model may be shown them. What other agents wrote is data: cleaned of everything that a person would not see, and
/// what is longer than a line put inside a boundary that no text can forge.
/// </summary>
internal static class ForModels
{
    private const string Elsewhere = "(below)";

    /// <summary>The answer as data, every text in it cleaned. JSON's own quotes are the boundary here.</summary>
    public static JsonNode Clean(JsonNode answer) => Map(answer, (_, _, text) => Sanitize.ForModel(text))!;

    /// <summary>The answer as data, with each body inside its boundary where it stands.</summary>
    public static JsonNode Enclose(JsonNode answer) =>
        Map(answer, (owner, name, text) => IsBody(name) ? Boundary.Wrap(Facts(owner), text) : Sanitize.ForModel(text))!;

    /// <summary>The answer as text: compact JSON, then each body inside its boundary.</summary>
    public static string Text(JsonNode answer)
    {
        var bodies = new List<string>();
        var head = Map(answer, (owner, name, text) =>
        {
            if (!IsBody(name))
            {
                return Sanitize.ForModel(text);
            }
            bodies.Add(Boundary.Wrap(Facts(owner), text));
            return Elsewhere;
        });
        var page = new StringBuilder(head!.ToJsonString(McpJson.Readable));
        foreach (var body in bodies)
        {
            page.Append("\n\n").Append(body);
        }
        return page.ToString();
    }

    private static bool IsBody(string? name) => name is "body" or "close_reason" or "preview" or "snippet" or "text";

    // Which of several bodies it is, and whose, as the server knows it.
    private static IEnumerable<(string, string?)> Facts(JsonObject? owner)
    {
        if (owner?.FirstOrDefault(property => property.Key.EndsWith("_id", StringComparison.Ordinal) && property.Value is JsonValue) is { Key: { } name, Value: { } id })
        {
            yield return (name, id.ToString());
        }
        if (owner?["attachment"]?["name"] is { } file)
        {
            yield return ("attachment", file.ToString());
        }
        if (owner?["from"] is JsonObject from)
        {
            yield return ("from", (from["agent"] ?? from["operator"])?.ToString());
        }
    }

    private static JsonNode? Map(JsonNode? node, Func<JsonObject?, string?, string, string> change, JsonObject? owner = null, string? name = null) => node switch
    {
        JsonObject parent => new JsonObject(parent.Select(property => KeyValuePair.Create(property.Key, Map(property.Value, change, parent, property.Key)))),
        JsonArray list => new JsonArray([.. list.Select(item => Map(item, change, owner, name))]),
        JsonValue value when value.TryGetValue<string>(out var text) => change(owner, name, text),
        _ => node?.DeepClone(),
    };
}
