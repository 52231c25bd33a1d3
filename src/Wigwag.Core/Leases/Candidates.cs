using System.Globalization;
using System.Numerics;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>
/// Finds the reservations that meet a scope without comparing it to each: only one whose root lies at, above or below the scope's, and
/// whose tail ends with the scope's or the other way around, can. The index has both; the rest are compared exactly.
/// </summary>
internal static class Candidates
{
    // Longer tails are looked up by their last characters: fewer, and no more can be missed.
    private const int LongestTail = 32;

    // The time as an expression, for SQLite without statistics takes the index by expiry, which finds every live lease of the project.
    private const string Live =
        """
        SELECT l.lease_id, l.scope FROM leases l
        WHERE l.project = @project AND l.kind = 'reservation' AND l.state = 'active' AND l.expires_at + 0 > @now
          AND (CAST(@except AS TEXT) IS NULL OR l.holder <> @except) AND (@exclusive = 0 OR l.mode = 'exclusive')
          AND
        """;

    /// <summary>The live reservations that have something in common with a scope, at most so many.</summary>
    /// <param name="session">Of whoever asks.</param>
    /// <param name="project">Whose.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="except">Whose reservations do not count, or null.</param>
    /// <param name="exclusive">Only those that nobody may share.</param>
    /// <param name="most">How many are enough.</param>
    public static async ValueTask<List<Lease>> Meeting(
        Session session, Project project, Scope scope, AgentId? except, bool exclusive = false, int most = int.MaxValue)
    {
        if (session.IsReadOnly)
        {
            return await (await LiveReservations.Of(session, project)).Meeting(session, project, scope, except, exclusive, most);
        }
        var met = new List<string>();
        Compare(await Rooted(session, project, except, exclusive, [.. scope.RootsAbove()], scope.Tail));
        if (met.Count < most)
        {
            Compare(await Below(session, project, except, exclusive, scope));
        }
        return await Read(session, project, met);

        void Compare(List<(string Id, string Scope)> found) => met.AddRange(found
            .Where(Overlaps)
            .Select(candidate => candidate.Id)
            .Take(most - met.Count));

        bool Overlaps((string Id, string Scope) candidate)
        {
            var other = Scope.Parse(candidate.Scope, project.PathCase).Value;
            session.Budget.Charge(other.Glob.IsLiteral && scope.Glob.IsLiteral ? 1 : 1 + ((long)other.Glob.Steps * scope.Glob.Steps / 64));
            return other.Overlaps(scope);
        }
    }

    /// <summary>The agent's own live reservation of exactly this scope, or null.</summary>
    public static ValueTask<Lease?> Own(Session session, Project project, AgentId agent, Scope scope) => session.First(
        $"""
        SELECT {LeaseRows.Columns} FROM leases l
        WHERE l.project = @project AND l.kind = 'reservation' AND l.state = 'active' AND l.root = @root AND l.tail = @tail
          AND l.holder = @holder AND l.scope = @scope AND l.expires_at + 0 > @now
        """, // leases_by_root
        LeaseRows.Read,
        ("project", project.ProjectId),
        ("root", scope.Root),
        ("tail", scope.Tail),
        ("holder", agent),
        ("scope", scope.Text),
        ("now", session.Now));

    /// <summary>The scope that a reservation is of.</summary>
    public static Scope Of(Lease lease, Project project) => Scope.Parse(lease.Scope, project.PathCase).Value;

    /// <summary>Writes anew where the live reservations of a project are found, after its paths compare in another way.</summary>
    public static async ValueTask FindAgain(Session session, Project project)
    {
        foreach (var lease in await LeaseBook.In(session, project.ProjectId, LeaseKind.Reservation))
        {
            var scope = Of(lease, project);
            await session.Execute(
                "UPDATE leases SET root = @root, tail = @tail WHERE project = @project AND lease_id = @lease_id",
                ("root", scope.Root),
                ("tail", scope.Tail),
                ("project", project.ProjectId),
                ("lease_id", lease.LeaseId));
        }
    }

    /// <summary>Leases of a project by their ids, held or not, the oldest first.</summary>
    public static async ValueTask<List<Lease>> Read(Session session, Project project, List<string> ids)
    {
        var leases = new List<Lease>();
        foreach (var some in ids.Chunk(128))
        {
            List<(string, object?)> parameters = [("project", project.ProjectId)];
            // The primary key; asked for an order, SQLite goes through every lease of the project by its token.
            leases.AddRange(await session.Query(
                $"SELECT {LeaseRows.Columns} FROM leases l WHERE l.project = @project AND l.lease_id IN ({Among(parameters, "i", some)})",
                LeaseRows.Read,
                [.. parameters]));
        }
        return [.. leases.OrderBy(lease => lease.Token).ThenBy(lease => lease.LeaseId.Value, StringComparer.Ordinal)];
    }

    // leases_by_root, one seek for each root and tail.
    private static ValueTask<List<(string Id, string Scope)>> Rooted(
        Session session, Project project, AgentId? except, bool exclusive, List<string> roots, string tail)
    {
        var parameters = Parameters(session, project, except, exclusive);
        return session.Query(WithTails($"{Live} l.root IN ({Among(parameters, "r", roots)})", tail, parameters), Candidate, [.. parameters]);
    }

    private static ValueTask<List<(string Id, string Scope)>> Below(Session session, Project project, AgentId? except, bool exclusive, Scope scope)
    {
        var (from, to) = (scope.Glob.Prefix, scope.Surface) switch
        {
            ("", "") => ("", "\U0010FFFF"),
            ("", var surface) => (surface, surface[..^1] + ";"),
            _ => (scope.Root + "/", scope.Root + "0"),
        };
        var parameters = Parameters(session, project, except, exclusive);
        var range = $"l.root > {Add(parameters, "from", from)} AND l.root < {Add(parameters, "to", to)}";
        return session.Query(WithTails($"{Live} {range}", scope.Tail, parameters), Candidate, [.. parameters]);
    }

    private static (string Id, string Scope) Candidate(Row row) => (row.Text("lease_id"), row.Text("scope"));

    // Those whose tail the given one ends with, and those that end with the given one. Two statements in one: with an OR between them,
    // neither would be sought in the index.
    private static string WithTails(string select, string tail, List<(string, object?)> parameters)
    {
        if (tail.Length == 0)
        {
            return select;
        }
        var runes = tail.EnumerateRunes().Take(LongestTail).Select(rune => rune.ToString()).ToList();
        var ends = Enumerable.Range(0, runes.Count + 1).Select(length => string.Concat(runes.Take(length))).ToList();
        return $"{select} AND l.tail IN ({Among(parameters, "t", ends)})"
            + $" UNION ALL {select} AND l.tail > {Add(parameters, "t_from", ends[^1])} AND l.tail < {Add(parameters, "t_end", ends[^1] + "\U0010FFFF")}";
    }

    private static List<(string, object?)> Parameters(Session session, Project project, AgentId? except, bool exclusive) =>
        [("project", project.ProjectId), ("now", session.Now), ("except", except), ("exclusive", exclusive)];

    // Filled up to a power of two with the last, so that few different statements are prepared.
    private static string Among(List<(string, object?)> parameters, string name, IReadOnlyList<string> values) => string.Join(
        ", ",
        Enumerable.Range(0, (int)BitOperations.RoundUpToPowerOf2((uint)values.Count))
            .Select(i => Add(parameters, name + i.ToString(CultureInfo.InvariantCulture), values[Math.Min(i, values.Count - 1)])));

    private static string Add(List<(string, object?)> parameters, string name, string value)
    {
        parameters.Add((name, value));
        return "@" + name;
    }
}
