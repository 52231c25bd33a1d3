using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Leases;

/// <summary>Identity of a lease: its kind's letter (<c>r-</c> reservation, <c>c-</c> claim, <c>s-</c> slot) and ten random Crockford base32 characters.</summary>
[JsonConverter(typeof(IdConverter<LeaseId>))]
public readonly partial record struct LeaseId : IId<LeaseId>
{
    private LeaseId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a lease id like r-4k7q2m9xw3";

    public static bool TryParse([NotNullWhen(true)] string? text, out LeaseId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static LeaseId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    /// <summary>An id that no other lease has.</summary>
    public static LeaseId New(LeaseKind kind) => new(
        $"{kind switch { LeaseKind.Reservation => 'r', LeaseKind.Claim => 'c', _ => 's' }}-" +
        RandomNumberGenerator.GetString("0123456789abcdefghjkmnpqrstvwxyz", 10));

    public override string ToString() => Value;

    [GeneratedRegex(@"^[rcs]-[0-9a-hjkmnp-tv-z]{10}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
