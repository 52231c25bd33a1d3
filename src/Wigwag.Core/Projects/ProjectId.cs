using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Projects;

/// <summary>Identity of a project: its git remote, normalized (<c>github.com/steveyegge/vc</c>), or <c>local/</c> and a hash. Never holds credentials.</summary>
[JsonConverter(typeof(IdConverter<ProjectId>))]
public readonly partial record struct ProjectId : IId<ProjectId>
{
    private ProjectId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a project id like github.com/owner/repo";

    public static bool TryParse([NotNullWhen(true)] string? text, out ProjectId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static ProjectId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.:_~-]{0,252}(/[A-Za-z0-9._~+%@-]{1,128}){1,16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
