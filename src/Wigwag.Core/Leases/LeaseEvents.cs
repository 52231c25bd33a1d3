using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases;

/// <summary>What happens to leases, as the log keeps it. A renewal is no fact: until when a lease is held is read from the lease.</summary>
public static class LeaseEvents
{
    public static readonly EventKind<Lease> Acquired = new("lease.acquired", LeasesJson.Default);

    /// <summary>Given back by its holder.</summary>
    public static readonly EventKind<LeaseEnded> Released = new("lease.released", LeasesJson.Default);

    /// <summary>Its time was over; stated when somebody notices.</summary>
    public static readonly EventKind<LeaseEnded> Expired = new("lease.expired", LeasesJson.Default);

    /// <summary>Taken away from its holder.</summary>
    public static readonly EventKind<LeaseEnded> Forced = new("lease.forced", LeasesJson.Default);

    /// <summary>Another agent holds it from now on.</summary>
    public static readonly EventKind<LeaseTransferred> Transferred = new("lease.transferred", LeasesJson.Default);

    public static readonly EventKind<SlotDefined> SlotDefined = new("slot.defined", LeasesJson.Default);

    public static IReadOnlyList<EventKind> All { get; } = [Acquired, Released, Expired, Forced, Transferred, SlotDefined];
}

/// <param name="LeaseId">Which.</param>
/// <param name="Kind">Of what kind.</param>
/// <param name="Scope">What was held.</param>
/// <param name="Holder">Who held it.</param>
/// <param name="Token">The token that is worth nothing from now on.</param>
/// <param name="Reason">Why, where somebody took it away.</param>
public sealed record LeaseEnded(
    LeaseId LeaseId, LeaseKind Kind, [property: OthersText] string Scope, AgentId Holder, long Token, [property: OthersText] string? Reason = null);

/// <param name="LeaseId">Which.</param>
/// <param name="Scope">What is held.</param>
/// <param name="From">Who held it.</param>
/// <param name="To">Who holds it now.</param>
/// <param name="Token">The new holder's token.</param>
public sealed record LeaseTransferred(LeaseId LeaseId, [property: OthersText] string Scope, AgentId From, AgentId To, long Token);

/// <summary>A slot has so many places from now on.</summary>
public sealed record SlotDefined([property: ServerText] string Slot, long Capacity);
