using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Server.Events;

/// <summary>Which facts one stream tells of: what the caller may know, narrowed by project and kind.</summary>
internal sealed class EventFilter
{
    private readonly Caller _caller;
    private readonly HashSet<ProjectId>? _projects;
    private readonly HashSet<string> _kinds;
    private readonly bool _everything;

    private EventFilter(Caller caller, HashSet<ProjectId>? projects, HashSet<string> kinds, bool everything) =>
        (_caller, _projects, _kinds, _everything) = (caller, projects, kinds, everything);

    public static async ValueTask<Result<EventFilter>> Of(IQueryCollection query, Caller caller, IStore store, CancellationToken cancel)
    {
        var kinds = Values(query["kind"]);
        var known = Catalog.Features.SelectMany(feature => feature.Events).Select(kind => kind.Name).Order().ToList();
        var wanted = new HashSet<string>();
        foreach (var kind in kinds)
        {
            var matches = known.FindAll(name => name == kind || (kind.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(kind[..^1], StringComparison.Ordinal)));
            if (matches.Count == 0)
            {
                return Error.Invalid("unknown_kind", $"No events of the kind '{kind}' are ever told.", $"There are: {string.Join(", ", known)}.");
            }
            wanted.UnionWith(matches);
        }
        var references = Values(query["project"]);
        if (references is ["*"])
        {
            return new EventFilter(caller, null, wanted, everything: true);
        }
        var projects = new HashSet<ProjectId>();
        foreach (var reference in references)
        {
            var found = await store.Read(caller, (session, _) => ProjectRegistry.Find(session, reference), cancel);
            if (!found.Try(out var project, out var unknown))
            {
                return unknown;
            }
            projects.Add(project.ProjectId);
        }
        return new EventFilter(caller, references.Count == 0 ? null : projects, wanted, everything: false);
    }

    public bool Wants(Event e) => (_kinds.Count == 0 || _kinds.Contains(e.Kind)) && e.MayKnow(_caller) && InScope(e);

    // Without a choice: one's own project and what concerns one; for those who stand nowhere, everything.
    private bool InScope(Event e) =>
        _projects is not null ? _projects.Contains(e.Project)
        : _everything || _caller.Project is null || e.Project == _caller.Project || e.Concerns(_caller);

    private static List<string> Values(StringValues values) =>
        [.. values.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
