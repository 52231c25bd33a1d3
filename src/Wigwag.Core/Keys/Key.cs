using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Text;

namespace Wigwag.Core.Keys;

/// <summary>A credential as it may be shown: everything but its secret.</summary>
public sealed record Key
{
    [Description("Names the key; not a secret.")]
    public required KeyId KeyId { get; init; }

    [Description("What it is for, in its maker's words.")]
    [OthersText]
    public required string Name { get; init; }

    [Description("What it lets its bearer do.")]
    public required Role Role { get; init; }

    [Description("The one agent that an agent's key speaks for.")]
    public AgentId? Agent { get; init; }

    [Description("The human behind it.")]
    [OthersText]
    public string? Operator { get; init; }

    [Description("The projects it reaches; absent for all.")]
    public IReadOnlyList<ProjectId>? Projects { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("The credential that made it.")]
    [ServerText]
    public required string CreatedBy { get; init; }

    [Description("When it ends by itself; absent when never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("When it was revoked; absent while it is not.")]
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>True while it opens anything.</summary>
    public bool IsLive(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <summary>Writes a role as <c>administrator</c>.</summary>
public sealed class RoleConverter() : JsonStringEnumConverter<Role>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
