using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Attachments;

/// <summary>Name of attached bytes: the SHA-256 of the bytes, in lower-case hexadecimal.</summary>
[JsonConverter(typeof(IdConverter<ContentId>))]
public readonly partial record struct ContentId : IId<ContentId>
{
    private ContentId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a SHA-256 as 64 hexadecimal digits";

    public static bool TryParse([NotNullWhen(true)] string? text, out ContentId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static ContentId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
