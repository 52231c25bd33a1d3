using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Keys;

/// <summary>Identity of a key: the part of its token that is no secret. <c>k</c> and ten random lower-case letters and digits.</summary>
[JsonConverter(typeof(IdConverter<KeyId>))]
public readonly partial record struct KeyId : IId<KeyId>
{
    private KeyId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a key id like k4w7q2m9xw3";

    public static bool TryParse([NotNullWhen(true)] string? text, out KeyId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static KeyId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^k[0-9a-z]{10}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
