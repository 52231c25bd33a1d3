using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Core.Leases;

/// <summary>Reservations as a tree of folders: each lies at its root, the whole segments before its first special character.</summary>
internal sealed class ReservationTree
{
    private readonly Dictionary<string, Folder> _surfaces = new(StringComparer.Ordinal);

    /// <summary>One reservation, with what tells most patterns from most paths without reading the pattern.</summary>
    internal sealed record Entry(
        string LeaseId, string Scope, string Surface, string Root, AgentId Holder, LeaseMode Mode, bool IsLiteral, string Head, string Name, string Tail)
    {
        /// <param name="leaseId">Its id.</param>
        /// <param name="scope">The scope, as it is stored.</param>
        /// <param name="root">Its root, with the surface before it.</param>
        /// <param name="holder">Who holds it.</param>
        /// <param name="mode">How.</param>
        /// <param name="pathCase">How the project's paths compare.</param>
        public static Entry Of(string leaseId, string scope, string root, AgentId holder, LeaseMode mode, PathCase pathCase)
        {
            var surface = Scopes.Scope.SurfaceOf(scope);
            var ends = GlobParser.Ends(scope[surface.Length..], surface.Length == 0 ? pathCase : PathCase.Sensitive);
            return new(leaseId, scope, surface, root[surface.Length..], holder, mode, ends.IsLiteral, ends.Head, ends.Name, ends.Tail);
        }

        /// <summary>False for a path that begins or ends otherwise than every path of the pattern.</summary>
        public bool MayCover(string path) =>
            path.StartsWith(Head, StringComparison.Ordinal) && path.EndsWith(Tail, StringComparison.Ordinal)
            && path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(Name, StringComparison.Ordinal);

        /// <summary>False for a pattern whose every path begins or ends otherwise.</summary>
        public bool MayMeet(Glob other) => Glob.Alike(Head, Name, Tail, other);
    }

    private sealed class Folder
    {
        public Dictionary<string, Folder>? Folders { get; set; }

        public List<Entry>? Here { get; set; }
    }

    public void Clear() => _surfaces.Clear();

    public void Add(Entry entry)
    {
        if (!_surfaces.TryGetValue(entry.Surface, out var folder))
        {
            _surfaces[entry.Surface] = folder = new();
        }
        foreach (var segment in Segments(entry.Root))
        {
            var folders = folder.Folders ??= new(StringComparer.Ordinal);
            if (!folders.TryGetValue(segment, out var next))
            {
                folders[segment] = next = new();
            }
            folder = next;
        }
        (folder.Here ??= []).Add(entry);
    }

    public void Remove(Entry entry)
    {
        var way = new List<(Folder Folder, string Segment)>();
        if (!_surfaces.TryGetValue(entry.Surface, out var folder))
        {
            return;
        }
        foreach (var segment in Segments(entry.Root))
        {
            way.Add((folder, segment));
            if (folder.Folders is not { } folders || !folders.TryGetValue(segment, out var next))
            {
                return;
            }
            folder = next;
        }
        folder.Here?.Remove(entry);
        for (var i = way.Count - 1; i >= 0 && folder is { Here: null or [], Folders: null or { Count: 0 } }; i--)
        {
            way[i].Folder.Folders!.Remove(way[i].Segment);
            folder = way[i].Folder;
        }
    }

    /// <summary>What lies at a root and at the folders above it.</summary>
    public IEnumerable<Entry> Above(string surface, string root)
    {
        if (!_surfaces.TryGetValue(surface, out var folder))
        {
            yield break;
        }
        for (var at = 0; ;)
        {
            foreach (var entry in folder.Here ?? [])
            {
                yield return entry;
            }
            if (at >= root.Length || !Enter(ref folder, root, ref at))
            {
                yield break;
            }
        }
    }

    /// <summary>What lies below a root.</summary>
    public IEnumerable<Entry> Below(string surface, string root)
    {
        if (!_surfaces.TryGetValue(surface, out var top))
        {
            yield break;
        }
        for (var at = 0; at < root.Length;)
        {
            if (!Enter(ref top, root, ref at))
            {
                yield break;
            }
        }
        var open = new Stack<Folder>(top.Folders?.Values ?? Enumerable.Empty<Folder>());
        while (open.TryPop(out var folder))
        {
            foreach (var entry in folder.Here ?? [])
            {
                yield return entry;
            }
            foreach (var next in folder.Folders?.Values ?? Enumerable.Empty<Folder>())
            {
                open.Push(next);
            }
        }
    }

    // Into the folder that the next segment names, if there is anything.
    private static bool Enter(ref Folder folder, string root, ref int at)
    {
        var slash = root.IndexOf('/', at);
        var end = slash < 0 ? root.Length : slash;
        if (folder.Folders is not { } folders || !folders.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(root.AsSpan(at, end - at), out var next))
        {
            return false;
        }
        (folder, at) = (next, end + 1);
        return true;
    }

    private static string[] Segments(string root) => root.Length == 0 ? [] : root.Split('/');
}
