using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wigwag.Core.Operations;

/// <summary>An identifier of any kind, for those who only need its text.</summary>
public interface IId
{
    /// <summary>The text itself, as stored and shown.</summary>
    string Value { get; }
}

/// <summary>An identifier: a text with a rule, checked once, where it enters.</summary>
public interface IId<TSelf> : IId
    where TSelf : struct, IId<TSelf>
{
    /// <summary>What a valid one looks like, for error messages: <c>an agent id like dave/vc</c>.</summary>
    static abstract string Form { get; }

    /// <summary>True with the identifier when <paramref name="text"/> follows the rule.</summary>
    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf id);
}

/// <summary>What a converter of identifiers tells of the type it reads, to those who describe it in a schema.</summary>
public interface IIdForm
{
    /// <summary>What a valid one looks like: <c>an agent id like dave/vc</c>.</summary>
    string Form { get; }
}

/// <summary>Reads and writes an identifier as a JSON string, also as the key of an object.</summary>
public sealed class IdConverter<T> : JsonConverter<T>, IIdForm
    where T : struct, IId<T>
{
    string IIdForm.Form => T.Form;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), out var id)
            ? id
            : throw new JsonException($"Expected {T.Form}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.TryParse(reader.GetString(), out var id) ? id : throw new JsonException($"Expected {T.Form}.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}
