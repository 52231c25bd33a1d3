using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// The reservations of a project by the folders they lie in, kept in memory, so that a check of many paths costs what lies above each of
/// them and not paths × leases. Every reservation that is held is in it; some that ended may be too, so what is found here is read from the
/// store before it is told. It is true because each grant and each transfer advances the project's token: a transaction that sees a larger
/// token than this one first reads the leases granted since.
/// </summary>
#pragma warning disable CA1001 // It is forgotten with the memory that keeps it, perhaps while somebody still reads it; its locks go with it.
internal sealed class LiveReservations(PathCase pathCase)
#pragma warning restore CA1001
{
    // Ended ones are dropped when somebody meets them; the rest of them when so many were added since all were read.
    private const int MostAdded = 50_000;

    private readonly ReservationTree _tree = new();
    private readonly Dictionary<string, ReservationTree.Entry> _byId = new(StringComparer.Ordinal);
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly SemaphoreSlim _refreshing = new(1);
    private long _token = -1;
    private int _added;

    /// <summary>Those of a project as this transaction sees it. For queries: what a command sees may yet be rolled back.</summary>
    public static async ValueTask<LiveReservations> Of(Session session, Project project)
    {
        if (!session.IsReadOnly)
        {
            throw new InvalidOperationException("Only a query sees nothing but what is committed.");
        }
        var live = session.Memory.Of($"{project.ProjectId.Value} {project.PathCase}", () => new LiveReservations(project.PathCase));
        await live.Refresh(session, project.ProjectId);
        return live;
    }

    /// <summary>The ids of reservations that cover a path, given as it is compared.</summary>
    public List<string> Covering(Session session, string path, AgentId? except)
    {
        var found = new List<string>();
        _lock.EnterReadLock();
        try
        {
            foreach (var entry in _tree.Above("", path))
            {
                session.Budget.Charge(1);
                if (entry.Holder != except && (entry.IsLiteral || (entry.MayCover(path) && Covers(session, entry, path))))
                {
                    found.Add(entry.LeaseId);
                }
            }
        }
        finally
        {
            _lock.ExitReadLock();
        }
        return found;
    }

    /// <summary>The reservations that have something in common with a scope, at most so many, the exclusive first.</summary>
    public async ValueTask<List<Lease>> Meeting(Session session, Project project, Scope scope, AgentId? except, bool exclusive, int most)
    {
        // Of those that are found some may have ended; it is asked for more until there are enough.
        var leases = new List<Lease>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mode in exclusive ? [LeaseMode.Exclusive] : new[] { LeaseMode.Exclusive, LeaseMode.Shared })
        {
            while (leases.Count < most && Meeting(session, scope, except, mode, seen, most - leases.Count) is { Count: > 0 } met)
            {
                seen.UnionWith(met);
                leases.AddRange(await Read(session, project, met));
            }
        }
        return leases;
    }

    /// <summary>What the store says of reservations that were found here: those that are held.</summary>
    public async ValueTask<List<Lease>> Read(Session session, Project project, IReadOnlyCollection<string> ids)
    {
        var ended = ids.ToHashSet(StringComparer.Ordinal);
        var leases = await Candidates.Read(session, project, [.. ids]);
        // One whose time is over is not in the log yet, and stays until it is.
        ended.ExceptWith(leases.Where(lease => lease.State == LeaseState.Active).Select(lease => lease.LeaseId.Value));
        if (ended.Count > 0)
        {
            Forget(ended);
        }
        return leases.FindAll(lease => LeaseBook.IsLive(lease, session.Now));
    }

    /// <summary>The ids of reservations of one mode that have something in common with a scope and are not <paramref name="seen"/> yet; the first so many.</summary>
    private List<string> Meeting(Session session, Scope scope, AgentId? except, LeaseMode mode, HashSet<string> seen, int most)
    {
        var found = new List<string>();
        _lock.EnterReadLock();
        try
        {
            foreach (var entry in _tree.Above(scope.Surface, scope.Glob.Prefix).Concat(_tree.Below(scope.Surface, scope.Glob.Prefix)))
            {
                session.Budget.Charge(1);
                if (entry.Mode == mode && entry.Holder != except && entry.MayMeet(scope.Glob) && !seen.Contains(entry.LeaseId) && Overlaps(session, entry, scope))
                {
                    found.Add(entry.LeaseId);
                    if (found.Count == most)
                    {
                        break;
                    }
                }
            }
        }
        finally
        {
            _lock.ExitReadLock();
        }
        return found;
    }

    private void Forget(IEnumerable<string> ids)
    {
        _lock.EnterWriteLock();
        try
        {
            foreach (var id in ids)
            {
                if (_byId.Remove(id, out var entry))
                {
                    _tree.Remove(entry);
                }
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    private bool Covers(Session session, ReservationTree.Entry entry, string path)
    {
        var glob = Scope.Parse(entry.Scope, pathCase).Value.Glob;
        session.Budget.Charge((long)glob.Steps * path.Length / 1024);
        return glob.Covers(path);
    }

    private bool Overlaps(Session session, ReservationTree.Entry entry, Scope scope)
    {
        if (entry.IsLiteral && scope.Glob.IsLiteral)
        {
            return true; // one lies in the other, or it would not lie on the way
        }
        var other = Scope.Parse(entry.Scope, pathCase).Value;
        session.Budget.Charge((long)other.Glob.Steps * scope.Glob.Steps / 64);
        return other.Overlaps(scope);
    }

    private async ValueTask Refresh(Session session, ProjectId project)
    {
        // In a transaction older than another that has been here, what it lacks was not held yet.
        var token = await Tokens.Newest(session, project);
        if (token <= Volatile.Read(ref _token))
        {
            return;
        }
        await _refreshing.WaitAsync(session.Budget.Client);
        try
        {
            var known = _added > MostAdded ? -1 : _token;
            if (token > known)
            {
                Take(await Granted(session, project, known), isAll: known < 0);
                Volatile.Write(ref _token, token);
            }
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private void Take(List<ReservationTree.Entry> granted, bool isAll)
    {
        _lock.EnterWriteLock();
        try
        {
            if (isAll)
            {
                _tree.Clear();
                _byId.Clear();
                _added = 0;
            }
            foreach (var entry in granted)
            {
                if (_byId.Remove(entry.LeaseId, out var before))
                {
                    _tree.Remove(before); // handed over, or exclusive now
                }
                _byId[entry.LeaseId] = entry;
                _tree.Add(entry);
                _added += isAll ? 0 : 1;
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    // All: leases_by_root. Since a token: leases_by_token; the conditions are expressions so that SQLite takes no other index.
    private async ValueTask<List<ReservationTree.Entry>> Granted(Session session, ProjectId project, long since) => await session.Query(
        since < 0
            ? "SELECT l.lease_id, l.scope, l.root, l.holder, l.mode FROM leases l WHERE l.project = @project AND l.kind = 'reservation' AND l.state = 'active' AND l.token > @since"
            : "SELECT l.lease_id, l.scope, l.root, l.holder, l.mode FROM leases l WHERE l.project = @project AND l.token > @since AND l.kind || '' = 'reservation' AND l.state || '' = 'active'",
        row => ReservationTree.Entry.Of(
            row.Text("lease_id"), row.Text("scope"), row.Text("root"), AgentId.Parse(row.Text("holder")), row.Text("mode") == "shared" ? LeaseMode.Shared : LeaseMode.Exclusive, pathCase),
        ("project", project),
        ("since", since));
}
