using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Issues;

/// <summary>Identity of an issue: its project's short name and a hash that machines do not share, <c>vc-a3f8</c>; or the id that another tracker gave it.</summary>
[JsonConverter(typeof(IdConverter<IssueId>))]
public readonly partial record struct IssueId : IId<IssueId>
{
    private IssueId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "an issue id like vc-a3f8";

    public static bool TryParse([NotNullWhen(true)] string? text, out IssueId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static IssueId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}-[a-z0-9.]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
