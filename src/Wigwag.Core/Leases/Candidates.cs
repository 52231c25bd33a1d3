using System.Globalization;
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

    // As an expression, for SQLite without statistics takes the index by expiry, which finds every live lease of the project.
    private const string Live =
        "SELECT " + LeaseRows.Columns + " FROM leases l WHERE l.project = @project AND l.kind = 'reservation' AND l.state = 'active' AND l.expires_at + 0 > @now AND ";

    /// <summary>The live reservations that have something in common with a scope.</summary>
    public static async IAsyncEnumerable<Lease> Meeting(Session session, Project project, Scope scope)
    {
        var found = await Rooted(session, project, [.. scope.RootsAbove()], scope.Tail);
        found.AddRange(await Below(session, project, scope));
        foreach (var lease in found)
        {
            if (Of(lease, project).Overlaps(scope))
            {
                yield return lease;
            }
        }
    }

    /// <summary>The live reservations that cover one path, given as it is compared.</summary>
    public static async ValueTask<List<Lease>> Covering(Session session, Project project, string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var found = await Rooted(session, project, [.. Scope.RootsAbove("", path)], Scope.Backwards(name));
        return found.FindAll(lease => Covers(lease, project, path));
    }

    /// <summary>True when a reservation covers a path.</summary>
    public static bool Covers(Lease lease, Project project, string path) =>
        Of(lease, project) is { Surface.Length: 0, Glob: var glob } && glob.Matches(path);

    /// <summary>The scope that a reservation is of.</summary>
    public static Scope Of(Lease lease, Project project) => Scope.Parse(lease.Scope, project.PathCase).Value;

    /// <summary>Writes anew where the live reservations of a project are found, after its paths compare in another way.</summary>
    public static async ValueTask FindAgain(Session session, Project project)
    {
        foreach (var lease in (await LeaseBook.In(session, project.ProjectId)).Where(lease => lease.Kind == LeaseKind.Reservation))
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

    // leases_by_root, one seek for each root and tail.
    private static ValueTask<List<Lease>> Rooted(Session session, Project project, List<string> roots, string tail)
    {
        var parameters = Parameters(session, project);
        var names = roots.Select((root, i) => Add(parameters, $"r{i.ToString(CultureInfo.InvariantCulture)}", root));
        return session.Query(
            $"{Live} l.root IN ({string.Join(", ", names)}) {Tails(tail, parameters)}", LeaseRows.Read, [.. parameters]);
    }

    private static ValueTask<List<Lease>> Below(Session session, Project project, Scope scope)
    {
        var (from, to) = (scope.Glob.Prefix, scope.Surface) switch
        {
            ("", "") => ("", "\U0010FFFF"),
            ("", var surface) => (surface, surface[..^1] + ";"),
            _ => (scope.Root + "/", scope.Root + "0"),
        };
        var parameters = Parameters(session, project);
        var range = $"l.root > {Add(parameters, "from", from)} AND l.root < {Add(parameters, "to", to)}";
        return session.Query($"{Live} {range} {Tails(scope.Tail, parameters)}", LeaseRows.Read, [.. parameters]);
    }

    private static string Tails(string tail, List<(string, object?)> parameters)
    {
        if (tail.Length == 0)
        {
            return "";
        }
        var runes = tail.EnumerateRunes().Take(LongestTail).Select(rune => rune.ToString()).ToList();
        var ends = Enumerable.Range(0, runes.Count + 1).Select(length => string.Concat(runes.Take(length))).ToList();
        var names = ends.Select((end, i) => Add(parameters, $"t{i.ToString(CultureInfo.InvariantCulture)}", end)).ToList();
        return $"AND (l.tail IN ({string.Join(", ", names)}) OR (l.tail > {names[^1]} AND l.tail < {Add(parameters, "t_end", ends[^1] + "\U0010FFFF")}))";
    }

    private static List<(string, object?)> Parameters(Session session, Project project) => [("project", project.ProjectId), ("now", session.Now)];

    private static string Add(List<(string, object?)> parameters, string name, string value)
    {
        parameters.Add((name, value));
        return "@" + name;
    }
}
