using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Server.Mcp;

/// <summary>
/// Answers as a model may be shown them. What others wrote is data: cleaned of everything that a person would not see, and either inside a
/// boundary that no text can forge, or in properties that the answer itself says are others'.
/// </summary>
internal static class ForModels
{
    /// <summary>The property, the first of an answer, with the names of those that hold others' words.</summary>
    public const string OthersWrote = "others_wrote";

    private const string Elsewhere = "(below)";

    /// <summary>The answer as typed data that says which of its properties are others' words.</summary>
    public static JsonObject Structured(JsonNode answer, TextShape? shape) => new Reading(null).Marked(answer, shape);

    /// <summary>As <see cref="Structured"/>, with each long text inside a boundary where it stands.</summary>
    public static JsonObject Enclosed(JsonNode answer, TextShape? shape) =>
        new Reading((owner, name, text) => Boundary.Wrap([.. Facts(owner, name)], text)).Marked(answer, shape);

    /// <summary>The answer as text: compact JSON, then the long texts; all of it in one boundary when any of it is others' words.</summary>
    public static string Text(JsonNode answer, TextShape? shape)
    {
        var texts = new List<(string, string)>();
        var reading = new Reading((owner, name, text) =>
        {
            texts.Add((string.Join(", ", Facts(owner, name).Select(fact => $"{fact.Name} {fact.Value}")), text));
            return Elsewhere;
        });
        var data = reading.Of(answer, shape).ToJsonString(McpJson.Readable);
        return reading.Others.Count == 0 ? data : Boundary.Wrap(data, texts);
    }

    // Which of several texts it is, and whose, as the server knows it.
    private static IEnumerable<(string Name, string? Value)> Facts(JsonObject owner, string name)
    {
        yield return ("property", name);
        if (owner.FirstOrDefault(property => property.Key.EndsWith("_id", StringComparison.Ordinal) && property.Value is JsonValue) is { Key: { } key, Value: { } id })
        {
            yield return (key, id.ToString());
        }
        if (owner["attachment"]?["name"] is { } file)
        {
            yield return ("attachment", file.ToString());
        }
        if (owner["from"] is JsonObject from)
        {
            yield return ("from", (from["agent"] ?? from["operator"])?.ToString());
        }
    }

    /// <summary>One way through an answer; collects the names of the properties that hold others' words.</summary>
    private sealed class Reading(Func<JsonObject, string, string, string>? longText)
    {
        public List<string> Others { get; } = [];

        public JsonObject Marked(JsonNode answer, TextShape? shape)
        {
            var read = Of(answer, shape).AsObject();
            if (Others.Count > 0)
            {
                read.Insert(0, OthersWrote, new JsonArray([.. Others.Select(name => JsonValue.Create(name))]));
            }
            return read;
        }

        public JsonNode Of(JsonNode node, TextShape? shape) => node is JsonArray list
            ? new JsonArray([.. list.Select(item => item is null ? null : Of(item, shape))])
            : node is JsonObject thing
                ? new JsonObject(thing.Select(property => KeyValuePair.Create(property.Key, Value(thing, property.Key, property.Value, shape))))
                : node.DeepClone();

        private JsonNode? Value(JsonObject owner, string name, JsonNode? value, TextShape? shape) => value switch
        {
            // What is a fact is one with all that is in it.
            _ when shape is null && ErrorDetails.Facts.Contains(name) => value?.DeepClone(),
            JsonArray list => new JsonArray([.. list.Select(item => Value(owner, name, item, shape))]),
            JsonObject => Of(value, shape?.Within(name)),
            JsonValue text when text.TryGetValue<string>(out var said) => Text(owner, name, said, shape),
            _ => value?.DeepClone(),
        };

        private string Text(JsonObject owner, string name, string text, TextShape? shape)
        {
            var origin = shape?.Origin(name) ?? TextOrigin.Others;
            if (origin >= TextOrigin.Others && text.Length > 0 && !Others.Contains(name))
            {
                Others.Add(name);
            }
            return origin == TextOrigin.OthersLong && longText is not null ? longText(owner, name, text) : Boundary.Many(text);
        }
    }
}
