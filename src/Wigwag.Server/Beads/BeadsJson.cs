using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wigwag.Server.Beads;

/// <param name="FilePath">What to reserve: <c>.beads/issues/bd-123</c>.</param>
/// <param name="AgentName">Who, as an agent's id or its workspace's name; an agent's key needs none.</param>
/// <param name="Ttl">Seconds; an hour when left out.</param>
/// <param name="Project">Whose files; the agent's own project when left out.</param>
public sealed record BeadsReservationRequest(string FilePath, string? AgentName = null, long? Ttl = null, string? Project = null);

/// <param name="Reserved">Always true; a conflict is answered with 409.</param>
/// <param name="ReservationId">The lease.</param>
/// <param name="FilePath">What is reserved.</param>
/// <param name="Agent">Who holds it.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="Token">The fencing token.</param>
public sealed record BeadsReserved(bool Reserved, string ReservationId, string FilePath, string Agent, DateTimeOffset ExpiresAt, long Token);

/// <param name="IssueId">The last part of what is reserved.</param>
/// <param name="FilePath">What is reserved.</param>
/// <param name="Agent">Who holds it.</param>
/// <param name="ExpiresAt">Until when.</param>
public sealed record BeadsReservation(string IssueId, string FilePath, string Agent, DateTimeOffset ExpiresAt);

public sealed record BeadsReservations(IReadOnlyList<BeadsReservation> Reservations);

/// <param name="Error">What went wrong, one sentence.</param>
/// <param name="Code">The refusal's stable name.</param>
/// <param name="Next">What can be done about it.</param>
/// <param name="Holder">Who holds it, where somebody does.</param>
public sealed record BeadsRefusal(string Error, string Code, string Next, string? Holder = null);

/// <param name="EventType">What happened: <c>status_changed</c>.</param>
/// <param name="FromAgent">Who says so, as <see cref="BeadsReservationRequest"/> has it.</param>
/// <param name="Payload">Facts about it.</param>
/// <param name="Project">Whose agents are told; the agent's own project when left out.</param>
public sealed record BeadsNotification(string EventType, string? FromAgent = null, JsonElement? Payload = null, string? Project = null);

public sealed record BeadsSent(bool Sent, string MessageId);

/// <param name="From">Who sent it.</param>
/// <param name="Event">Its subject.</param>
/// <param name="Data">The message.</param>
public sealed record BeadsMessage(string? From, string Event, BeadsMessageData Data);

public sealed record BeadsMessageData(string MessageId, string? IssueId, string Category, DateTimeOffset SentAt);

public sealed record BeadsMessages(IReadOnlyList<BeadsMessage> Messages);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BeadsReservationRequest))]
[JsonSerializable(typeof(BeadsReserved))]
[JsonSerializable(typeof(BeadsReservations))]
[JsonSerializable(typeof(BeadsRefusal))]
[JsonSerializable(typeof(BeadsNotification))]
[JsonSerializable(typeof(BeadsSent))]
[JsonSerializable(typeof(BeadsMessages))]
public sealed partial class BeadsJson : JsonSerializerContext;
