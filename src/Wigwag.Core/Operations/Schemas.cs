using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Wigwag.Core.Operations;

/// <summary>JSON Schema (2020-12) of what operations take and answer, from the contract metadata of their records.</summary>
public static class Schemas
{
    private static readonly JsonSchemaExporterOptions Options = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Describe,
    };

    /// <summary>The schema of a type, with the descriptions of its properties; a new object each time, the caller's to change.</summary>
    public static JsonObject Of(JsonTypeInfo type) => type.GetJsonSchemaAsNode(Options).AsObject();

    /// <summary>A value that follows a property's schema, for error messages and documentation.</summary>
    public static JsonNode? Example(JsonPropertyInfo property)
    {
        var type = property.Options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        return type.Converter is IIdForm id ? id.Form[(id.Form.LastIndexOf(' ') + 1)..] : Example(Of(type));
    }

    /// <summary>What a property says of itself in its <see cref="DescriptionAttribute"/>, or null.</summary>
    public static string? Description(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: true) is [DescriptionAttribute { Description: var text }, ..]
            ? text
            : null;

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = context.TypeInfo;
        if (Nullable.GetUnderlyingType(type.Type) is { } underlying && type.Options.TryGetTypeInfo(underlying, out var inner))
        {
            type = inner;
        }
        var node = schema as JsonObject ?? [];
        if (type.Converter is IIdForm form)
        {
            node["type"] = type == context.TypeInfo ? "string" : new JsonArray("string", "null");
            node["description"] = Capital(form.Form) + ".";
        }
        // The exporter leaves out the items of a list whose type it knows nothing of, and the type of an enumeration.
        if (type.ElementType is { } element && node["items"] is null && type.Kind == JsonTypeInfoKind.Enumerable
            && type.Options.TryGetTypeInfo(element, out var item) && item.Converter is IIdForm)
        {
            node["items"] = new JsonObject { ["type"] = "string" };
        }
        if (node["enum"] is JsonArray choices && node["type"] is null)
        {
            node["type"] = choices.Contains(null) ? new JsonArray("string", "null") : "string";
        }
        if (context.PropertyInfo is { } property && Description(property) is { } text)
        {
            node["description"] = text;
        }
        return schema is JsonObject || node.Count > 0 ? node : schema;
    }

    private static JsonNode? Example(JsonObject schema)
    {
        if (schema["enum"] is JsonArray { Count: > 0 } values)
        {
            return values[0]?.DeepClone();
        }
        var type = schema["type"] is JsonArray several ? several[0]?.GetValue<string>() : schema["type"]?.GetValue<string>();
        return type switch
        {
            "boolean" => true,
            "integer" or "number" => 1,
            "array" => schema["items"] is JsonObject items ? new JsonArray(Example(items)) : new JsonArray(),
            "object" => Object(schema),
            _ when schema["format"]?.GetValue<string>() == "date-time" => "2026-01-31T12:00:00Z",
            _ => "text",
        };
    }

    private static JsonObject Object(JsonObject schema)
    {
        var example = new JsonObject();
        foreach (var name in schema["required"] as JsonArray ?? [])
        {
            if (name?.GetValue<string>() is { } property && schema["properties"]?[property] is JsonObject inner)
            {
                example[property] = Example(inner);
            }
        }
        return example;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
