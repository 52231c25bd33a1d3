using Microsoft.Extensions.Logging;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues.Trackers;

/// <summary>
/// Hands each change of an issue to the tracker that the issue's project names, in order, at least once. Every tracker has a cursor of its
/// own, so that one that cannot be reached holds up no other.
/// </summary>
public sealed class TrackerReader
{
    private readonly IStore _store;
    private readonly List<LogReader> _readers;

    /// <param name="store">Whose log.</param>
    /// <param name="trackers">Each with a name of its own.</param>
    /// <param name="log">Where failures are told.</param>
    public TrackerReader(IStore store, IEnumerable<ITracker> trackers, ILogger? log = null)
    {
        _store = store;
        _readers = [.. trackers.Select(tracker =>
            new LogReader(store, $"tracker.{tracker.Name}", (facts, cancel) => Carry(tracker, facts, cancel), log))];
    }

    /// <summary>Follows the log until cancelled.</summary>
    public Task Run(CancellationToken cancel) => Task.WhenAll(_readers.Select(reader => reader.Run(cancel)));

    private async ValueTask Carry(ITracker tracker, IReadOnlyList<Event> facts, CancellationToken cancel)
    {
        var changes = facts.Where(fact => IssueEvents.Names.Contains(fact.Kind)).ToList();
        if (changes.Count == 0)
        {
            return;
        }
        var projects = await ProjectsOf(changes, cancel);
        foreach (var change in changes)
        {
            if (projects.GetValueOrDefault(change.Project) is { } project && project.Tracker == tracker.Name)
            {
                await tracker.Carry(project, change, cancel);
            }
        }
    }

    private async ValueTask<Dictionary<ProjectId, Project>> ProjectsOf(List<Event> changes, CancellationToken cancel) =>
        (await _store.Read<Dictionary<ProjectId, Project>>(Caller.System, async (session, _) =>
        {
            var known = new Dictionary<ProjectId, Project>();
            foreach (var id in changes.Select(change => change.Project).Distinct())
            {
                if ((await ProjectRegistry.Get(session, id)) is { Error: null, Value: var project })
                {
                    known.Add(id, project);
                }
            }
            return known;
        }, cancel)).Value;
}
