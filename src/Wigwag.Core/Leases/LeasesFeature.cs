using Wigwag.Core.Leases.Locks;
using Wigwag.Core.Leases.Slots;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>What agents hold for a time: reserved files and surfaces, claimed issues, slots.</summary>
public static class LeasesFeature
{
    public static Feature Feature { get; } = new(
        "leases",
        [
            Reserve.Operation,
            Release.Operation,
            Renew.Operation,
            ListLeases.Operation,
            CheckLease.Operation,
            CheckPaths.Operation,
            TransferLease.Operation,
            ForceRelease.Operation,
            AcquireSlot.Operation,
            ReleaseSlot.Operation,
            ListSlots.Operation,
            DefineSlot.Operation,
            AcquireLock.Operation,
            ReleaseLock.Operation,
            CheckLocks.Operation,
        ],
        LeaseEvents.All)
    {
        Running =
        [
            new RunningTime("leases", "expires_at", "state = 'active' AND expires_at > @now"),
            new RunningTime("lease_waits", "alive_until", "alive_until > @now"),
        ],
    };
}
