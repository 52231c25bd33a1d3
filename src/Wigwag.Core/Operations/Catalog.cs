using Wigwag.Core.Agents;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Operations;

/// <summary>Every feature of Wigwag; the faces are derived from this list.</summary>
public static class Catalog
{
    public static IReadOnlyList<Feature> Features { get; } = [ProjectsFeature.Feature, AgentsFeature.Feature, Status.StatusFeature.Feature, Issues.IssuesFeature.Feature, Messages.MessagesFeature.Feature, Keys.KeysFeature.Feature, Leases.LeasesFeature.Feature];

    public static IReadOnlyList<Operation> Operations { get; } = [.. Features.SelectMany(feature => feature.Operations)];

    /// <summary>All that is measured from now.</summary>
    public static IReadOnlyList<RunningTime> Running { get; } = [.. Features.SelectMany(feature => feature.Running)];
}
