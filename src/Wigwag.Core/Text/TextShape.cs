using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;

namespace Wigwag.Core.Text;

/// <summary>Which properties of a contract hold whose words, read once from its declaration. A property that it does not know holds others' words.</summary>
public sealed class TextShape
{
    private static readonly ConcurrentDictionary<JsonTypeInfo, TextShape> Known = new();

    private readonly Dictionary<string, (TextOrigin Origin, JsonTypeInfo? Type)> _properties = new(StringComparer.Ordinal);

    private TextShape(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            var content = Content(property.Options.GetTypeInfo(property.PropertyType));
            _properties[property.Name] = content.Type == typeof(string) ? (Declared(property) ?? TextOrigin.Others, null) : (TextOrigin.None, content);
        }
    }

    /// <summary>Of a type of things with properties.</summary>
    public static TextShape Of(JsonTypeInfo type) => Known.GetOrAdd(type, static type => new(type));

    /// <summary>Whose words the property holds.</summary>
    public TextOrigin Origin(string property) => _properties.TryGetValue(property, out var known) ? known.Origin : TextOrigin.Others;

    /// <summary>The shape of the things in a property; null where it has none.</summary>
    public TextShape? Within(string property) =>
        _properties.TryGetValue(property, out var known) && known.Type is { Kind: JsonTypeInfoKind.Object } type ? Of(type) : null;

    /// <summary>What a property of text was declared to be; null when nobody has.</summary>
    public static TextOrigin? Declared(JsonPropertyInfo property)
    {
        var attributes = property.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        return attributes.OfType<OthersTextAttribute>().FirstOrDefault() is { } others
            ? others.IsLong ? TextOrigin.OthersLong : TextOrigin.Others
            : attributes.OfType<ServerTextAttribute>().Any() ? TextOrigin.Server : null;
    }

    /// <summary>What a list is of; of anything else, itself.</summary>
    public static JsonTypeInfo Content(JsonTypeInfo type) =>
        type.Kind == JsonTypeInfoKind.Enumerable && type.ElementType is { } element && type.Options.TryGetTypeInfo(element, out var of) ? Content(of) : type;
}
