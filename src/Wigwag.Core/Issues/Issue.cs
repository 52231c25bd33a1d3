using System.ComponentModel;
using System.Text.Json.Serialization;
using Wigwag.Core.Agents;
using Wigwag.Core.Messages;
using Wigwag.Core.Projects;
using Wigwag.Core.Text;

namespace Wigwag.Core.Issues;

/// <summary>Where an issue stands. It is in progress exactly while somebody holds it.</summary>
public enum IssueStatus
{
    [JsonStringEnumMemberName("open")]
    Open,
    [JsonStringEnumMemberName("in_progress")]
    InProgress,
    [JsonStringEnumMemberName("closed")]
    Closed,
}

/// <summary>A unit of work of one project.</summary>
public sealed record Issue
{
    [Description("Its id, unique on this server.")]
    public required IssueId IssueId { get; init; }

    [Description("The project whose tracker holds it.")]
    public required ProjectId Project { get; init; }

    [OthersText]
    public required string Title { get; init; }

    [Description("What is wrong or wanted, in Markdown.")]
    [OthersText(IsLong = true)]
    public required string Body { get; init; }

    public required IssueStatus Status { get; init; }

    [Description("0 is the most urgent, 4 the least.")]
    public required int Priority { get; init; }

    [OthersText]
    public required IReadOnlyList<string> Labels { get; init; }

    [Description("The agent who holds it, or who held it when it was closed.")]
    public AgentId? Assignee { get; init; }

    [Description("Since when the assignee holds it.")]
    public DateTimeOffset? ClaimedAt { get; init; }

    [Description("The fencing token of the assignee's claim; give it when you close the issue, so that work which was overtaken is not taken for done.")]
    public long? ClaimToken { get; init; }

    [Description("The agent who reported it; absent when a human did.")]
    public AgentId? CreatedBy { get; init; }

    [Description("The human behind the reporter.")]
    [OthersText]
    public string? Operator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    [Description("The agent who closed it; absent when a human did.")]
    public AgentId? ClosedBy { get; init; }

    [OthersText(IsLong = true)]
    public string? CloseReason { get; init; }

    [Description("The issues that must be closed before this one can be worked on, as far as you may see them.")]
    public IReadOnlyList<IssueId> DependsOn { get; init; } = [];

    [Description("The issues that wait for this one, as far as you may see them.")]
    public IReadOnlyList<IssueId> Blocks { get; init; } = [];

    [Description("True while an issue it depends on is not closed.")]
    public required bool Blocked { get; init; }

    [Description("The latest messages about it, oldest first, where they were asked for; the thread issue:ID has all.")]
    public IReadOnlyList<Message>? Comments { get; init; }
}

/// <summary>An issue as a line of a list.</summary>
public sealed record IssueSummary
{
    public required IssueId IssueId { get; init; }

    public required ProjectId Project { get; init; }

    [OthersText]
    public required string Title { get; init; }

    public required IssueStatus Status { get; init; }

    [Description("0 is the most urgent, 4 the least.")]
    public required int Priority { get; init; }

    [OthersText]
    public required IReadOnlyList<string> Labels { get; init; }

    [Description("The agent who holds it, or who held it when it was closed.")]
    public AgentId? Assignee { get; init; }

    public AgentId? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [Description("True while an issue it depends on is not closed.")]
    public required bool Blocked { get; init; }
}

/// <summary>A page of a list of issues.</summary>
public sealed record IssuePage
{
    public required IReadOnlyList<IssueSummary> Issues { get; init; }

    [Description("Give it as cursor to get the next page; absent on the last one.")]
    [ServerText]
    public string? NextCursor { get; init; }
}
