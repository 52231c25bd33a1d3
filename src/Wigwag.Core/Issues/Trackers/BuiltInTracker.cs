using Wigwag.Core.Feed;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Issues.Trackers;

/// <summary>The tracker that Wigwag itself is: what was made here is where it belongs.</summary>
public sealed class BuiltInTracker : ITracker
{
    public string Name => Project.BuiltInTracker;

    public ValueTask Carry(Project project, Event change, CancellationToken cancel) => ValueTask.CompletedTask;
}
