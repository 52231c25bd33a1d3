using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Messages;

/// <summary>Identity of a message: <c>m-</c> and ten random Crockford base32 characters (50 bits).</summary>
[JsonConverter(typeof(IdConverter<MessageId>))]
public readonly partial record struct MessageId : IId<MessageId>
{
    private MessageId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a message id like m-4k7q2m9xw3";

    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static MessageId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    /// <summary>An id that no other message has, on any machine, short of a chance of 1 in 2^50.</summary>
    public static MessageId New() => new("m-" + RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 10));

    public override string ToString() => Value;

    [GeneratedRegex(@"^m-[0-9a-hjkmnp-tv-z]{10}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
