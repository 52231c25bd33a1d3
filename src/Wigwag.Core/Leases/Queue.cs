using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>A request's place in the queue: which row is its own, and until when it waits. Settled the first time it is asked.</summary>
internal sealed class Ticket
{
    private DateTimeOffset? _until;

    public string Id { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    public DateTimeOffset Until(DateTimeOffset now, TimeSpan wait) => _until ??= now + wait;
}

/// <summary>
/// Who waits for reservations: first come, first served. What somebody waits for is given to nobody who came later, but to those who hold a
/// part of it already: if they had to wait for the first in the queue, neither would ever get on.
/// </summary>
internal static class Queue
{
    public const string Awaited = "scope_awaited";

    // A waiter says that it is there every Signs.HeartbeatEvery.
    private static readonly TimeSpan AliveFor = TimeSpan.FromSeconds(90);

    private sealed record Waiter(string Ticket, AgentId Holder, string[] Scopes, LeaseMode Mode, DateTimeOffset AskedAt, DateTimeOffset AliveUntil);

    /// <summary>Takes a place at the end, or says that the one taken is still waited in; <c>too_many_waiting</c>.</summary>
    public static ValueTask<Error?> Stay(Session session, Project project, Applicant applicant, Application application, Ticket ticket) =>
        Stay(session, project.ProjectId, applicant, [.. application.Scopes.Select(scope => scope.Text)], application.Mode, slot: null, ticket);

    /// <summary>As <see cref="Stay(Session, Project, Applicant, Application, Ticket)"/>, for a place in a slot.</summary>
    public static ValueTask<Error?> StayFor(Session session, ProjectId project, Applicant applicant, string slot, Ticket ticket) =>
        Stay(session, project, applicant, [slot], LeaseMode.Exclusive, slot, ticket);

    /// <summary>How many wait for a place in a slot who came before; all of them for who does not wait yet.</summary>
    public static async ValueTask<long> AheadFor(Session session, ProjectId project, string slot, Ticket ticket) => await session.Scalar(
        """
        SELECT COUNT(*) FROM lease_waits w
        WHERE w.project = @project AND w.slot = @slot AND w.alive_until > @now
          AND w.place < COALESCE((SELECT own.place FROM lease_waits own WHERE own.ticket = @ticket), 9223372036854775807)
        """,
        ("project", project),
        ("slot", slot),
        ("now", session.Now),
        ("ticket", ticket.Id)) ?? 0;

    private static async ValueTask<Error?> Stay(
        Session session, ProjectId project, Applicant applicant, IReadOnlyList<string> scopes, LeaseMode mode, string? slot, Ticket ticket)
    {
        if (await LeaseCaps.Waiting(session, project, applicant.Agent, ticket) is { } tooMany)
        {
            return tooMany;
        }
        await session.Execute("DELETE FROM lease_waits WHERE project = @project AND alive_until <= @now", ("project", project), ("now", session.Now - AliveFor));
        await session.Execute(
            """
            INSERT INTO lease_waits (project, ticket, holder, scopes, mode, slot, asked_at, alive_until)
            VALUES (@project, @ticket, @holder, @scopes, @mode, @slot, @now, @until)
            ON CONFLICT (ticket) DO UPDATE SET alive_until = @until
            """,
            ("project", project),
            ("ticket", ticket.Id),
            ("holder", applicant.Agent),
            ("scopes", string.Join('\n', scopes)),
            ("mode", LeaseRows.Text(mode)),
            ("slot", slot),
            ("now", session.Now),
            ("until", session.Now + AliveFor));
        return null;
    }

    public static ValueTask<List<Waiting>> In(Session session, ProjectId project) => session.Query(
        """
        SELECT w.holder, w.scopes, w.mode, w.asked_at FROM lease_waits w
        WHERE w.project = @project AND w.slot IS NULL AND w.alive_until > @now
        ORDER BY w.place LIMIT 200
        """,
        row => new Waiting
        {
            Holder = AgentId.Parse(row.Text("holder")),
            Scopes = row.Text("scopes").Split('\n'),
            Mode = row.Text("mode") == "shared" ? LeaseMode.Shared : LeaseMode.Exclusive,
            Since = row.Time("asked_at"),
        },
        ("project", project),
        ("now", session.Now));

    public static async ValueTask Leave(Session session, Ticket ticket) =>
        await session.Execute("DELETE FROM lease_waits WHERE ticket = @ticket", ("ticket", ticket.Id));

    /// <summary>The refusal of what somebody waits for who came before; null when nobody does.</summary>
    public static async ValueTask<Error?> Ahead(Session session, Project project, Applicant applicant, Application application, IReadOnlyList<Scope> scopes)
    {
        if (await First(session, project, applicant, application, scopes) is not { } first)
        {
            return null;
        }
        return Error.Conflict(
            Awaited,
            $"{first.Holder} waits for {string.Join(", ", first.Scopes.Take(5).Select(scope => Quotation.By(first.Holder.Value, scope)))} since {first.AskedAt:u} and comes first.",
            "Wait with --wait for your turn, or take something else.") with
        {
            Details = new JsonObject
            {
                ["conflicts"] = new JsonArray(),
                ["waiting"] = new JsonArray([.. first.Scopes.Select(scope => new JsonObject { ["scope"] = scope, ["holder"] = first.Holder.Value, ["since"] = first.AskedAt })]),
            },
        };
    }

    /// <summary>When it may be free for somebody who waits: now, or when the next of those in the way is over.</summary>
    public static async ValueTask<DateTimeOffset> FreeAt(Session session, Project project, Applicant applicant, Application application, Ticket ticket)
    {
        var free = session.Now;
        foreach (var scope in application.Scopes)
        {
            foreach (var lease in await Candidates.Meeting(
                session, project, scope, applicant.Agent, exclusive: application.Mode == LeaseMode.Shared, Conflicts.MostListed))
            {
                free = lease.ExpiresAt > free ? lease.ExpiresAt : free;
            }
        }
        return free == session.Now && await First(session, project, applicant, application, application.Scopes) is { } first ? first.AliveUntil : free;
    }

    private static async ValueTask<Waiter?> First(
        Session session, Project project, Applicant applicant, Application application, IReadOnlyList<Scope> scopes)
    {
        // lease_waits_by_project; a request that is not in the queue comes after all.
        var waiters = await session.Query(
            """
            SELECT w.ticket, w.holder, w.scopes, w.mode, w.asked_at, w.alive_until
            FROM lease_waits w
            WHERE w.project = @project AND w.slot IS NULL AND w.alive_until > @now AND w.holder <> @holder
              AND w.place < COALESCE((SELECT own.place FROM lease_waits own WHERE own.ticket = @ticket), 9223372036854775807)
            ORDER BY w.place
            """,
            row => new Waiter(
                row.Text("ticket"), AgentId.Parse(row.Text("holder")), row.Text("scopes").Split('\n'),
                row.Text("mode") == "shared" ? LeaseMode.Shared : LeaseMode.Exclusive, row.Time("asked_at"), row.Time("alive_until")),
            ("project", project.ProjectId),
            ("now", session.Now),
            ("holder", applicant.Agent),
            ("ticket", application.Ticket?.Id));
        List<Lease>? mine = null;
        foreach (var waiter in waiters.Where(waiter => waiter.Mode == LeaseMode.Exclusive || application.Mode == LeaseMode.Exclusive))
        {
            session.Budget.Charge(waiter.Scopes.Length * scopes.Count);
            var wanted = waiter.Scopes.Select(text => Scope.Parse(text, project.PathCase).Value).ToList();
            if (wanted.Exists(one => scopes.Any(one.Overlaps)))
            {
                mine ??= (await LeaseBook.Mine(session, project.ProjectId, applicant.Agent)).FindAll(lease => lease.Kind == LeaseKind.Reservation);
                session.Budget.Charge(mine.Count * wanted.Count);
                if (!mine.Exists(lease => wanted.Exists(one => Candidates.Of(lease, project).Overlaps(one))))
                {
                    return waiter;
                }
            }
        }
        return null;
    }
}
