using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Slots;

/// <summary>Slots: names with a number of places. One that nobody defined has one.</summary>
internal static partial class SlotBook
{
    public const long MostPlaces = 1000;

    /// <summary>A slot's name; <c>bad_slot</c>.</summary>
    public static Result<string> Name(string text) => Shape().IsMatch(text)
        ? text
        : Error.Invalid("bad_slot", $"{Sanitize.Quote(text)} is no name of a slot.", "Use 1 to 64 letters, digits, '.', '_' and '-': build, gpu, port-8080.");

    public static async ValueTask<long> Capacity(Session session, ProjectId project, string slot) => await session.Scalar(
        "SELECT capacity FROM slots WHERE project = @project AND slot = @slot", ("project", project), ("slot", slot)) ?? 1;

    /// <summary>Who holds places in a slot, the longest first.</summary>
    public static ValueTask<List<Lease>> Holders(Session session, ProjectId project, string slot) => session.Query(
        $"""
        SELECT {LeaseRows.Columns} FROM leases l
        WHERE l.project = @project AND l.kind = 'slot' AND l.root = @slot AND l.state = 'active' AND l.expires_at > @now
        ORDER BY l.token
        """, // leases_by_root
        LeaseRows.Read,
        ("project", project),
        ("slot", slot),
        ("now", session.Now));

    public static async ValueTask<Lease> Take(
        Session session, ProjectId project, string slot, Applicant applicant, TimeSpan ttl, IssueId? issue, string? reason)
    {
        var lease = new Lease
        {
            LeaseId = LeaseId.New(LeaseKind.Slot),
            Project = project,
            Kind = LeaseKind.Slot,
            Scope = slot,
            Mode = LeaseMode.Exclusive,
            Holder = applicant.Agent,
            Operator = applicant.Operator,
            IssueId = issue,
            Reason = reason,
            Token = await Tokens.Next(session, project),
            AcquiredAt = session.Now,
            RenewedAt = session.Now,
            ExpiresAt = session.Now + ttl,
            Ttl = ttl,
            State = LeaseState.Active,
        };
        await LeaseRows.Add(session, lease, root: slot, tail: "");
        await session.Append(LeaseEvents.Acquired, project, lease.LeaseId.Value, lease);
        return lease;
    }

    /// <summary>The refusal of a slot that has no place.</summary>
    public static async ValueTask<Error> Full(Session session, string slot, long capacity, List<Lease> holders, long waiting)
    {
        var conflicts = Conflicts.Written(await Conflicts.Of(session, [.. holders.Take(Conflicts.MostListed).Select(lease => (slot, lease))]));
        var who = holders.Count == 0 ? "" : $": {string.Join(", ", holders.Take(5).Select(lease => $"{lease.Holder} until {lease.ExpiresAt:u}"))}";
        return Error.Conflict(
            "slot_full",
            $"{(capacity == 1 ? $"The place in {slot} is" : $"All {capacity} places in {slot} are")} taken{who}{(waiting > 0 ? $"; {waiting} wait for it already" : "")}.",
            "Wait with --wait for your turn.") with
        {
            Details = new JsonObject { ["conflicts"] = conflicts, ["capacity"] = capacity, ["waiting"] = waiting },
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
