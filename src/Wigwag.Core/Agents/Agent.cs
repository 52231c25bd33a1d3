using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Projects;
using Wigwag.Core.Text;

namespace Wigwag.Core.Agents;

/// <summary>What an agent says it is doing.</summary>
public enum AgentStatus
{
    [JsonStringEnumMemberName("idle")]
    Idle,
    [JsonStringEnumMemberName("working")]
    Working,
    [JsonStringEnumMemberName("blocked")]
    Blocked,
    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>Who acts: an agent in one workspace of one project.</summary>
public sealed record Agent
{
    [JsonPropertyName("agent")]
    [Description("Its id, workspace/project, for example dave/vc. It never changes.")]
    public required AgentId AgentId { get; init; }

    [Description("Its project's id.")]
    public required ProjectId Project { get; init; }

    [Description("Its project's short name.")]
    [ServerText]
    public required string ProjectName { get; init; }

    [Description("The human it works for.")]
    [OthersText]
    public string? Operator { get; init; }

    [Description("What runs it, for example claude-code.")]
    [OthersText]
    public string? Program { get; init; }

    [OthersText]
    public string? Model { get; init; }

    [Description("What it is there for, for example ui or qa.")]
    [OthersText]
    public string? Role { get; init; }

    [OthersText]
    public string? DisplayName { get; init; }

    [Description("What it says it is doing.")]
    public required AgentStatus Status { get; init; }

    [Description("The run of its program that registered last.")]
    [OthersText]
    public string? Session { get; init; }

    [Description("online: answers now. offline: away or silent for 90 s. stale: silent for 10 minutes without a goodbye.")]
    public required Presence Presence { get; init; }

    /// <summary>True when others may take over what it holds: it said goodbye, or is stale.</summary>
    [JsonIgnore]
    public bool HasLeft { get; init; }

    [Description("Since when it is present or absent like this.")]
    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public required DateTimeOffset RegisteredAt { get; init; }

    [Description("The machine its workspace is on.")]
    [OthersText]
    public string? Host { get; init; }

    [Description("The folder its workspace is in.")]
    [OthersText]
    public string? Path { get; init; }

    /// <summary>What the workspace's repository looked like when it registered last; a face compares it with what the client says now.</summary>
    [JsonIgnore]
    public string? Fingerprint { get; init; }

    [JsonIgnore]
    public Binding Binding { get; init; }

    /// <summary>True when an administrator says that its workspace is where it says.</summary>
    [JsonIgnore]
    public bool IsVouched { get; init; }

    /// <summary>What its workspace is recognized by: see <see cref="WorkspaceProof"/>. No secret.</summary>
    [JsonIgnore]
    public string? WorkspaceKey { get; init; }

    /// <summary>Its number among the agents of its project, in the order in which they came.</summary>
    [JsonIgnore]
    public long Place { get; init; }

    /// <summary>When the caller's own session of it was heard of last; null when that has ended, or never began.</summary>
    [JsonIgnore]
    public DateTimeOffset? HeardAt { get; init; }

    [Description("How many of its sessions are there: not ended, and heard of in the last ten minutes. It is gone when the last of them is.")]
    public long? SessionCount { get; init; }

    [Description("These sessions, the one heard of last first, at most 20; of one agent that is asked for.")]
    public IReadOnlyList<AgentSession>? Sessions { get; init; }
}

/// <summary>How an id came to its workspace.</summary>
public enum Binding
{
    /// <summary>The workspace speaks as it unless told otherwise.</summary>
    Workspace,
    /// <summary>The workspace did so while it was a clone of another project.</summary>
    Former,
    /// <summary>It was named (<c>--as</c>, <c>WIGWAG_AGENT</c>, a key); a workspace may have many.</summary>
    Named,
}
