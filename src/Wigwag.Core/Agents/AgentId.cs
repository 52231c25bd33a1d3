using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Agents;

/// <summary>Identity of an agent: <c>workspace/project</c>, both in lower case, the project by its short name.</summary>
[JsonConverter(typeof(IdConverter<AgentId>))]
public readonly partial record struct AgentId : IId<AgentId>
{
    private AgentId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "an agent id like dave/vc";

    public static bool TryParse([NotNullWhen(true)] string? text, out AgentId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static AgentId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}/[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
