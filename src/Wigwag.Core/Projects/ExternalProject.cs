using System.ComponentModel;

namespace Wigwag.Core.Projects;

/// <summary>What a repository's own configuration (<c>external_projects</c>) calls another project.</summary>
public sealed record ExternalProject
{
    [Description("The name its agents use, for example beads.")]
    public required string Name { get; init; }

    [Description("The git remote in any spelling, or a project id; credentials in it are dropped.")]
    public required string Project { get; init; }
}
