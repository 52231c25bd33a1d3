using System.Globalization;
using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>What an agent means when it names something that it holds.</summary>
internal static class Holdings
{
    /// <param name="Held">What the names mean, each lease once.</param>
    /// <param name="Others">The names that mean nothing the agent holds.</param>
    internal sealed record Named(List<Lease> Held, List<string> Others);

    /// <summary>
    /// The agent's leases of these names: a lease id, the scope itself, and where <paramref name="within"/> a path that a scope covers. No
    /// names mean all its reservations in the project. <c>lease_over</c> when a name means one that was lost, <c>stale_token</c> when the
    /// token is another grant's, <c>not_held</c> when no name means anything.
    /// </summary>
    public static async ValueTask<Result<Named>> Find(
        Session session, Project project, AgentId agent, IReadOnlyList<string>? names, long? token, bool within)
    {
        var mine = (await LeaseBook.Mine(session, project.ProjectId, agent)).FindAll(lease => lease.Kind == LeaseKind.Reservation);
        var named = new Named([], []);
        if (names is null or [])
        {
            named.Held.AddRange(mine.Where(lease => token is null || lease.Token == token));
            return named.Held.Count > 0 || token is null ? named : await Stale(session, project, token.Value);
        }
        if (LeaseLimits.TooMany(names.Count, LeaseLimits.MostPaths) is { } refusal)
        {
            return refusal;
        }
        var own = new Own(mine, project);
        var held = new HashSet<LeaseId>();
        foreach (var name in names)
        {
            var meant = own.Named(session, name, within);
            if (meant.Count == 0)
            {
                if (await Lost(session, project, agent, name) is { } lost)
                {
                    return LeaseBook.Over(lost);
                }
                named.Others.Add(name);
            }
            else if (token is not null && meant.Find(lease => lease.Token != token) is { } other)
            {
                return StaleToken(token.Value, other);
            }
            named.Held.AddRange(meant.Where(lease => held.Add(lease.LeaseId)));
        }
        return named.Held.Count > 0 ? named : NotHeld(agent, named.Others, mine);
    }

    /// <summary>What one agent holds, to be found by thousands of names without comparing each with each.</summary>
    private sealed class Own
    {
        private readonly Project _project;
        private readonly Dictionary<string, Lease> _byId;
        private readonly ILookup<string, Lease> _byScope;
        private readonly ReservationTree _tree = new();

        public Own(List<Lease> mine, Project project)
        {
            _project = project;
            _byId = mine.ToDictionary(lease => lease.LeaseId.Value, StringComparer.Ordinal);
            _byScope = mine.ToLookup(lease => lease.Scope, StringComparer.Ordinal);
            foreach (var lease in mine)
            {
                _tree.Add(ReservationTree.Entry.Of(lease.LeaseId.Value, lease.Scope, Candidates.Of(lease, project).Root, lease.Holder, lease.Mode, project.PathCase));
            }
        }

        public List<Lease> Named(Session session, string name, bool within)
        {
            var meant = new List<Lease>();
            if (_byId.TryGetValue(name, out var itself))
            {
                meant.Add(itself);
            }
            if (Scope.Parse(name, _project.PathCase).Try(out var scope, out _))
            {
                meant.AddRange(_byScope[scope.Text]);
            }
            if (within && PathText.TryFold(name, _project.PathCase, out var path))
            {
                foreach (var entry in _tree.Above("", path))
                {
                    session.Budget.Charge(1);
                    if (entry.IsLiteral || (entry.MayCover(path) && Scope.Parse(entry.Scope, _project.PathCase).Value.Glob.Covers(path)))
                    {
                        meant.Add(_byId[entry.LeaseId]);
                    }
                }
            }
            return [.. meant.DistinctBy(lease => lease.LeaseId)];
        }
    }

    // The newest lease that the agent had under this name and lost, where it did not get it back since.
    private static async ValueTask<Lease?> Lost(Session session, Project project, AgentId agent, string name)
    {
        var scope = Scope.Parse(name, project.PathCase).Try(out var read, out _) ? read.Text : name;
        var last = await session.First(
            $"SELECT {LeaseRows.Columns} FROM leases l WHERE l.project = @project AND l.lease_id = @name AND l.holder = @holder",
            LeaseRows.Read,
            ("project", project.ProjectId),
            ("holder", agent),
            ("name", name)) ?? await session.First(
            $"""
            SELECT {LeaseRows.Columns} FROM leases l
            WHERE l.project = @project AND l.holder = @holder AND l.scope = @scope AND l.kind = 'reservation'
            ORDER BY l.token DESC LIMIT 1
            """, // leases_by_scope
            LeaseRows.Read,
            ("project", project.ProjectId),
            ("holder", agent),
            ("scope", scope));
        return last is not null && last.State != LeaseState.Released && !LeaseBook.IsLive(last, session.Now) ? last : null;
    }

    private static async ValueTask<Error> Stale(Session session, Project project, long token) =>
        (await LeaseBook.Check(session, project.ProjectId, token)).Try(out var held, out var error) ? StaleToken(token, held[0]) : error;

    private static Error StaleToken(long token, Lease lease) => Error.Conflict(
        "stale_token",
        $"The token {token.ToString(CultureInfo.InvariantCulture)} is not that of {Quotation.By(lease.Holder.Value, lease.Scope)}, which {lease.Holder} holds with {lease.Token.ToString(CultureInfo.InvariantCulture)}.",
        "Whatever was done under the old token may be overtaken; look at `wigwag leases` before going on.");

    private static Error NotHeld(AgentId agent, List<string> names, List<Lease> mine) => Error.NotFound(
        "not_held",
        $"{agent} holds no {string.Join(", ", names.Take(5).Select(name => Quotation.Name(name)))}.",
        mine.Count == 0 ? $"{agent} holds nothing here; `wigwag leases` shows who holds what." : $"It holds: {string.Join(", ", mine.Take(10).Select(lease => Quotation.Name(lease.Scope)))}.") with
    {
        Details = new JsonObject { ["not_held"] = new JsonArray([.. names.Take(100).Select(name => JsonValue.Create(name))]) },
    };
}
