using System.Text.Json.Serialization;
using Wigwag.Core.Leases.Locks;
using Wigwag.Core.Leases.Slots;

namespace Wigwag.Core.Leases;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(LeaseEnded))]
[JsonSerializable(typeof(LeaseTransferred))]
[JsonSerializable(typeof(Conflict))]
[JsonSerializable(typeof(ReserveRequest))]
[JsonSerializable(typeof(Reserved))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(Released))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(Renewed))]
[JsonSerializable(typeof(ListLeasesRequest))]
[JsonSerializable(typeof(LeasePage))]
[JsonSerializable(typeof(CheckLeaseRequest))]
[JsonSerializable(typeof(LeaseCheck))]
[JsonSerializable(typeof(CheckPathsRequest))]
[JsonSerializable(typeof(PathCheck))]
[JsonSerializable(typeof(TransferLeaseRequest))]
[JsonSerializable(typeof(Transferred))]
[JsonSerializable(typeof(ForceReleaseRequest))]
[JsonSerializable(typeof(SlotDefined))]
[JsonSerializable(typeof(AcquireLockRequest))]
[JsonSerializable(typeof(ReleaseLockRequest))]
[JsonSerializable(typeof(LockAnswer))]
[JsonSerializable(typeof(CheckLocksRequest))]
[JsonSerializable(typeof(LockList))]
[JsonSerializable(typeof(AcquireSlotRequest))]
[JsonSerializable(typeof(SlotPlace))]
[JsonSerializable(typeof(ReleaseSlotRequest))]
[JsonSerializable(typeof(ListSlotsRequest))]
[JsonSerializable(typeof(SlotList))]
[JsonSerializable(typeof(DefineSlotRequest))]
public sealed partial class LeasesJson : JsonSerializerContext;
