using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Projects;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>What is held.</summary>
public enum LeaseKind
{
    /// <summary>A path, a pattern of paths, or a named surface.</summary>
    [JsonStringEnumMemberName("reservation")]
    Reservation,
    /// <summary>An issue.</summary>
    [JsonStringEnumMemberName("claim")]
    Claim,
    /// <summary>One of a number of places: a build, a port.</summary>
    [JsonStringEnumMemberName("slot")]
    Slot,
}

/// <summary>Whether others may hold the same.</summary>
public enum LeaseMode
{
    /// <summary>Nobody else.</summary>
    [JsonStringEnumMemberName("exclusive")]
    Exclusive,
    /// <summary>Others too, who hold it shared.</summary>
    [JsonStringEnumMemberName("shared")]
    Shared,
}

/// <summary>Where a lease stands.</summary>
public enum LeaseState
{
    /// <summary>Held now.</summary>
    [JsonStringEnumMemberName("active")]
    Active,
    /// <summary>Given back by its holder.</summary>
    [JsonStringEnumMemberName("released")]
    Released,
    /// <summary>Lost: its time was over, or it was taken away.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,
}

/// <summary>Something that an agent holds for a time.</summary>
public sealed record Lease
{
    [Description("Its id: r-… for a reservation, c-… for a claim, s-… for a slot.")]
    public required LeaseId LeaseId { get; init; }

    public required ProjectId Project { get; init; }

    public required LeaseKind Kind { get; init; }

    [Description("What is held: a path, pattern or named surface; an issue's id; a slot's name.")]
    [OthersText]
    public required string Scope { get; init; }

    public required LeaseMode Mode { get; init; }

    [Description("The agent who holds it.")]
    public required AgentId Holder { get; init; }

    [Description("The human that the holder works for.")]
    [OthersText]
    public string? Operator { get; init; }

    [Description("The issue it is held for.")]
    public IssueId? IssueId { get; init; }

    [OthersText]
    public string? Reason { get; init; }

    [Description("The fencing token: it only grows within a project, so of two holders of the same thing the later one has the larger.")]
    public required long Token { get; init; }

    public required DateTimeOffset AcquiredAt { get; init; }

    public required DateTimeOffset RenewedAt { get; init; }

    [Description("When it is over unless it is renewed before.")]
    public required DateTimeOffset ExpiresAt { get; init; }

    public required LeaseState State { get; init; }

    /// <summary>How long it was asked for; a renewal that names no time gives it as long again.</summary>
    [JsonIgnore]
    public TimeSpan Ttl { get; init; }
}
