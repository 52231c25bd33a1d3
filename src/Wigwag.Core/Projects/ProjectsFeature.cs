using Wigwag.Core.Operations;

namespace Wigwag.Core.Projects;

/// <summary>Projects: what they are, by which names, and who makes them known.</summary>
public static class ProjectsFeature
{
    public static Feature Feature { get; } = new(
        "projects",
        [RegisterProject.Operation, ListProjects.Operation, ShowProject.Operation, AliasProject.Operation, RenameProject.Operation, SetProjectPolicy.Operation],
        ProjectEvents.All);
}
