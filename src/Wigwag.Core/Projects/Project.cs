using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wigwag.Core.Projects;

/// <summary>One logical codebase.</summary>
public sealed record Project
{
    [Description("Its normalized git remote, for example github.com/owner/repo, or local/ and a hash.")]
    [JsonPropertyName("project")]
    public required ProjectId ProjectId { get; init; }

    [Description("Its short name, unique on this server; agents and issues are named by it.")]
    public required string Name { get; init; }

    [Description("The git remote it was registered with, without credentials; absent for a local project.")]
    public string? Remote { get; init; }

    [Description("The tracker that holds its issues: builtin.")]
    public required string Tracker { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
