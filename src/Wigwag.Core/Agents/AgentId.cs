using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Agents;

/// <summary>Identity of an agent: <c>workspace/project</c>, both in lower case, the project by its short name.</summary>
[JsonConverter(typeof(IdConverter<AgentId>))]
public readonly partial record struct AgentId : IId<AgentId>
{
    /// <summary>The workspace name that addresses every agent of a project, <c>all/beads</c>; no agent may have it.</summary>
    public const string Everyone = "all";

    private AgentId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "an agent id like dave/vc";

    /// <summary>The first half: <c>dave</c> of <c>dave/vc</c>.</summary>
    public string Workspace => Value[..Value.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The second half, the project's short name when the agent registered: <c>vc</c> of <c>dave/vc</c>.</summary>
    public string ProjectName => Value[(Value.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>True for <c>all/project</c>, which addresses everyone and is nobody.</summary>
    public bool IsEveryone => Workspace == Everyone;

    public static bool TryParse([NotNullWhen(true)] string? text, out AgentId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>
    /// The id that a person means who may leave out the project: <c>agent-ui-1</c> in the project <c>vc</c> is <c>agent-ui-1/vc</c>.
    /// Case does not matter.
    /// </summary>
    public static bool TryComplete([NotNullWhen(true)] string? text, string? projectName, out AgentId id)
    {
        var name = text?.Trim().ToLowerInvariant();
        return TryParse(name, out id) || (projectName is not null && name is not null && TryParse($"{name}/{projectName}", out id));
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static AgentId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}/[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
