using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Wigwag.Core.Text;

/// <summary>
/// JSON as programs, people and models read it: letters and signs as they are, where the class library by default escapes what a page
/// of HTML would obey. What nobody sees, and what hides or reorders the rest, stays an escape. Never to be put into a page as it is.
/// </summary>
public static class ReadableJson
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Indented = Compact with { Indented = true };

    /// <summary>A value as one line of JSON, in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(object value, JsonTypeInfo type) => Write(Compact, writer => JsonSerializer.Serialize(writer, value, type));

    /// <summary>A node as one line of JSON, in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(JsonNode node) => Write(Compact, writer => node.WriteTo(writer));

    /// <summary>A document with a line for each thing in it.</summary>
    public static string Indent(ReadOnlyMemory<byte> document)
    {
        using var parsed = JsonDocument.Parse(document);
        return Encoding.UTF8.GetString(Write(Indented, writer => parsed.WriteTo(writer)).Span);
    }

    private static ReadOnlyMemory<byte> Write(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json, options))
        {
            write(writer);
        }
        return Ascii.IsValid(json.WrittenSpan) ? json.WrittenMemory : WithoutHidden(Encoding.UTF8.GetString(json.WrittenSpan));
    }

    // Outside ASCII there is nothing but the content of strings, where an escape says the same.
    private static byte[] WithoutHidden(string json)
    {
        var shown = new StringBuilder(json.Length + 64);
        foreach (var rune in json.EnumerateRunes())
        {
            if (!Sanitize.IsHidden(rune))
            {
                shown.Append(rune);
                continue;
            }
            foreach (var unit in rune.ToString())
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            }
        }
        return Encoding.UTF8.GetBytes(shown.ToString());
    }
}
