using Wigwag.Core.Feed;
using Wigwag.Core.Projects;

namespace Wigwag.Core.Issues.Trackers;

/// <summary>
/// Where a project's issues live for its people: here, in beads, on GitHub. A change is made here first, in one transaction with its fact in
/// the log, and carried to the tracker from the log. The tracker's own commands are the only way to it.
/// </summary>
public interface ITracker
{
    /// <summary>As projects name it in <see cref="Project.Tracker"/>.</summary>
    string Name { get; }

    /// <summary>
    /// Carries one change of an issue, a fact of <see cref="IssueEvents"/>. Changes come in the order they were made; after a failure or
    /// a restart some come again, so that carrying one twice must leave what carrying it once does.
    /// </summary>
    /// <param name="project">Whose issue.</param>
    /// <param name="change">What happened to it.</param>
    /// <param name="cancel">Ends it; the change comes again.</param>
    /// <exception cref="IOException">The tracker cannot take it now; it and those after it come again later.</exception>
    ValueTask Carry(Project project, Event change, CancellationToken cancel);
}
