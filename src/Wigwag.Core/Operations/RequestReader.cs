using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Text;

namespace Wigwag.Core.Operations;

/// <summary>
/// Reads the request of an operation from JSON, and says precisely what is wrong with it: which property, what it is for, and a
/// value that would do. Every face that speaks JSON reads its requests here, so that a mistake is told the same way everywhere.
/// </summary>
public sealed class RequestReader
{
    /// <summary>How deep the JSON of a request may nest.</summary>
    public const int MaxDepth = 32;

    private readonly Operation _operation;
    // Read when first asked for: that of all operations would be most of what a server does before it is ready.
    private readonly Lazy<Dictionary<string, JsonPropertyInfo>> _properties;

    public RequestReader(Operation operation)
    {
        _operation = operation;
        _properties = new(() => operation.RequestType.Properties.ToDictionary(property => property.Name));
    }

    /// <summary>The property of that name, or null.</summary>
    public JsonPropertyInfo? Property(string name) => _properties.Value.GetValueOrDefault(name);

    /// <summary>The request that a JSON object describes; nothing at all stands for an empty object.</summary>
    public Result<object> Read(ReadOnlySpan<byte> json) => Read(json, []);

    /// <summary>The request that a JSON object describes together with properties that came by another way, as in a route.</summary>
    /// <param name="json">One JSON object in UTF-8, or nothing.</param>
    /// <param name="given">Properties that the object may not repeat; a text that the property's type can be read from.</param>
    public Result<object> Read(ReadOnlySpan<byte> json, IReadOnlyCollection<KeyValuePair<string, JsonNode>> given)
    {
        var seen = new HashSet<string>();
        var whole = new ArrayBufferWriter<byte>(json.Length + 256);
        using var writer = new Utf8JsonWriter(whole);
        writer.WriteStartObject();
        foreach (var (name, value) in given)
        {
            if (Property(name) is null)
            {
                return Unknown(name);
            }
            seen.Add(name);
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        if (!json.IsEmpty && Copy(json, writer, seen) is { } refusal)
        {
            return refusal;
        }
        writer.WriteEndObject();
        writer.Flush();
        return Deserialize(whole.WrittenSpan, seen);
    }

    private Error? Copy(ReadOnlySpan<byte> json, Utf8JsonWriter writer, HashSet<string> seen)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Error.Invalid("bad_json", $"{_operation.Name} takes one JSON object.", "Send an object, for example {}.");
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (Property(name) is null)
                {
                    return Unknown(name);
                }
                if (!seen.Add(name))
                {
                    return Wrong("duplicate_property", name, $"'{name}' of {_operation.Name} is given twice.");
                }
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                writer.WritePropertyName(name);
                writer.WriteRawValue(json[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
            return reader.Read() ? Error.Invalid("bad_json", "There is more after the JSON object.", "Send one object.") : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // GetString throws InvalidOperationException for a name that is not valid UTF-8.
            var place = e is JsonException { LineNumber: { } line, BytePositionInLine: { } column } ? $" at line {line + 1}, byte {column + 1}" : "";
            return Error.Invalid("bad_json", $"The request is not well-formed JSON{place}, or nests deeper than {MaxDepth}.", "Send one JSON object in UTF-8.");
        }
    }

    private Result<object> Deserialize(ReadOnlySpan<byte> json, HashSet<string> seen)
    {
        if (_properties.Value.Values.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name)) is { } missing)
        {
            return Wrong("missing_property", missing.Name, $"{_operation.Name} needs '{missing.Name}'.");
        }
        try
        {
            return JsonSerializer.Deserialize(json, _operation.RequestType)!;
        }
        catch (JsonException e)
        {
            return WrongValue(e);
        }
    }

    private Error WrongValue(JsonException e)
    {
        var path = e.Path is { Length: > 2 } p && p.StartsWith("$.", StringComparison.Ordinal) ? p[2..] : "";
        var name = path.Split('.', '[')[0];
        if (Property(name) is not { } property)
        {
            return Error.Invalid("bad_value", $"A value of {_operation.Name} is not of the type it should be.", "Compare the request with the operation's schema.");
        }
        // Converters of ours say what they expect; the serializer's own sentences name .NET types and are not passed on.
        var expected = e.Message.StartsWith("Expected ", StringComparison.Ordinal)
            ? e.Message.Split(" Path: ")[0].TrimEnd('.') + "."
            : $"It should be {Kind(property)}.";
        return Wrong("bad_value", name, $"'{path}' of {_operation.Name} has a value that cannot be read. {expected}");
    }

    private Error Unknown(string name)
    {
        var near = _properties.Value.Keys.Where(known => Near(known, name)).Take(3).ToList();
        return Error.Invalid(
            "unknown_property",
            $"{_operation.Name} has no property {Sanitize.Quote(name)}.",
            near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : $"It has: {string.Join(", ", _properties.Value.Keys)}.") with
        {
            Details = new JsonObject { ["property"] = Shown(name) },
        };
    }

    private Error Wrong(string code, string name, string message)
    {
        var property = _properties.Value[name];
        var description = Schemas.Description(property);
        var example = Schemas.Example(property);
        return Error.Invalid(code, message, $"Send \"{name}\": {example?.ToJsonString() ?? "null"}" + (description is null ? "." : $" – {description}")) with
        {
            Details = new JsonObject { ["property"] = name, ["description"] = description, ["example"] = example },
        };
    }

    private static string Kind(JsonPropertyInfo property)
    {
        var type = property.Options.GetTypeInfo(property.PropertyType);
        var schema = Schemas.Of(type);
        return schema["enum"] is JsonArray values
            ? $"one of {string.Join(", ", values.Where(value => value is not null))}"
            : (schema["type"] is JsonArray several ? several[0] : schema["type"])?.GetValue<string>() switch
            {
                "boolean" => "true or false",
                "integer" => "a whole number",
                "number" => "a number",
                "array" => "a list",
                "object" => "an object",
                _ => "a text",
            };
    }

    private static string Shown(string name) => name.Length > 60 ? name[..60] + "…" : name;

    // One slip of the finger, or one name within the other.
    private static bool Near(string known, string name) =>
        known.Contains(name, StringComparison.OrdinalIgnoreCase) || name.Contains(known, StringComparison.OrdinalIgnoreCase) || Edits.Between(known, name) <= 2;
}
