using Wigwag.Core.Feed;
using Wigwag.Core.Text;

namespace Wigwag.Core.Projects;

/// <summary>What happens to projects, as the log keeps it.</summary>
public static class ProjectEvents
{
    public static readonly EventKind<Project> Registered = new("project.registered", ProjectsJson.Default);
    public static readonly EventKind<ProjectRenamed> Renamed = new("project.renamed", ProjectsJson.Default);
    public static readonly EventKind<ProjectAliased> Aliased = new("project.aliased", ProjectsJson.Default);

    public static readonly EventKind<Project> PolicyChanged = new("project.policy_changed", ProjectsJson.Default);

    public static IReadOnlyList<EventKind> All { get; } = [Registered, Renamed, Aliased, PolicyChanged];
}

/// <summary>The project has another short name; the former one still names it.</summary>
public sealed record ProjectRenamed([property: ServerText] string Name, [property: ServerText] string FormerName);

/// <summary>Another name, or the id of another remote, is the project from now on.</summary>
/// <param name="Name">The name or id.</param>
/// <param name="Absorbed">True when a registered project without contents was behind it; its agents are the project's now.</param>
public sealed record ProjectAliased([property: ServerText] string Name, bool Absorbed);
