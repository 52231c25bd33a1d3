using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>Something asked for that another agent holds.</summary>
public sealed record Conflict
{
    [Description("What was asked for.")]
    [OthersText]
    public required string Requested { get; init; }

    public required LeaseId LeaseId { get; init; }

    [Description("What the other holds, which has something in common with it.")]
    [OthersText]
    public required string Scope { get; init; }

    public required LeaseMode Mode { get; init; }

    [Description("The agent who holds it.")]
    public required AgentId Holder { get; init; }

    [Description("The human that the holder works for.")]
    [OthersText]
    public string? Operator { get; init; }

    public IssueId? IssueId { get; init; }

    [OthersText]
    public string? Reason { get; init; }

    [Description("Since when the holder has it.")]
    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required long Token { get; init; }

    [Description("What you can do.")]
    [ServerText]
    public required string Next { get; init; }
}

/// <summary>What a caller is told of what others hold.</summary>
internal static class Conflicts
{
    /// <summary>The refusal's code.</summary>
    public const string Held = "scope_held";

    /// <summary>More than this many are not listed.</summary>
    public const int MostListed = 50;

    /// <summary>What can be done about a lease of another agent.</summary>
    public static async ValueTask<string> Next(Session session, Lease lease) => Next(lease, await Present(session, [lease]));

    /// <summary>As <see cref="Next(Session, Lease)"/>, with who of the holders is <see cref="Present"/>.</summary>
    public static string Next(Lease lease, HashSet<AgentId> present) => present.Contains(lease.Holder)
        ? $"Ask {lease.Holder} for it (wigwag send {lease.Holder} …), wait with --wait, or take something else; it is free at {lease.ExpiresAt:u} unless it is renewed."
        : $"{lease.Holder} is gone: take it with `wigwag lease force-release {lease.LeaseId} --reason …`, or wait until {lease.ExpiresAt:u}.";

    /// <summary>The holders that have not left.</summary>
    public static async ValueTask<HashSet<AgentId>> Present(Session session, IEnumerable<Lease> leases)
    {
        var present = new HashSet<AgentId>();
        foreach (var holder in leases.Select(lease => lease.Holder).Distinct())
        {
            if (await AgentRegistry.Any(session, holder) is { HasLeft: false })
            {
                present.Add(holder);
            }
        }
        return present;
    }

    /// <summary>What is in the way, as callers are told.</summary>
    public static async ValueTask<List<Conflict>> Of(Session session, IReadOnlyCollection<(string Requested, Lease Lease)> met)
    {
        var present = await Present(session, met.Select(each => each.Lease));
        return [.. met.Select(each => Of(each.Requested, each.Lease, Next(each.Lease, present)))];
    }

    /// <summary>As a refusal's details have them.</summary>
    public static JsonArray Written(IEnumerable<Conflict> conflicts) =>
        [.. conflicts.Select(conflict => JsonSerializer.SerializeToNode(conflict, LeasesJson.Default.Conflict))];

    private static Conflict Of(string requested, Lease lease, string next) => new()
    {
        Requested = requested,
        LeaseId = lease.LeaseId,
        Scope = lease.Scope,
        Mode = lease.Mode,
        Holder = lease.Holder,
        Operator = lease.Operator,
        IssueId = lease.IssueId,
        Reason = lease.Reason,
        Since = lease.AcquiredAt,
        ExpiresAt = lease.ExpiresAt,
        Token = lease.Token,
        Next = next,
    };

    /// <summary>The refusal that lists them.</summary>
    public static Error Refusal(IReadOnlyList<Conflict> conflicts)
    {
        var first = conflicts[0];
        var more = conflicts.Count > 1 ? $", and {conflicts.Count - 1} more are in the way" : "";
        return Error.Conflict(
            Held,
            $"{Quotation.Name(first.Requested)} is held by {first.Holder} as {Quotation.By(first.Holder.Value, first.Scope)}"
            + $"{(first.IssueId is { } issue ? $" for {issue}" : "")} until {first.ExpiresAt:u}{more}.",
            first.Next) with
        {
            Details = new JsonObject
            {
                ["conflicts"] = Written(conflicts),
            },
        };
    }
}
