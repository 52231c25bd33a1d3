using System.Collections.Frozen;
using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Text;

namespace Wigwag.Core.Issues;

/// <summary>
/// What happens to issues, as the log keeps it. The facts of an issue, read in order, rebuild it: who and when are the event's
/// own agent, operator and time.
/// </summary>
public static class IssueEvents
{
    public static readonly EventKind<IssueCreated> Created = new("issue.created", IssuesJson.Default);
    public static readonly EventKind<IssueUpdated> Updated = new("issue.updated", IssuesJson.Default);
    public static readonly EventKind<IssueClaimed> Claimed = new("issue.claimed", IssuesJson.Default);
    public static readonly EventKind<IssueUnclaimed> Unclaimed = new("issue.unclaimed", IssuesJson.Default);
    public static readonly EventKind<IssueClosed> Closed = new("issue.closed", IssuesJson.Default);
    public static readonly EventKind<IssueReopened> Reopened = new("issue.reopened", IssuesJson.Default);
    public static readonly EventKind<IssueDependency> DependencyAdded = new("issue.dependency_added", IssuesJson.Default);
    public static readonly EventKind<IssueDependency> DependencyRemoved = new("issue.dependency_removed", IssuesJson.Default);

    public static IReadOnlyList<EventKind> All { get; } =
        [Created, Updated, Claimed, Unclaimed, Closed, Reopened, DependencyAdded, DependencyRemoved];

    internal static readonly FrozenSet<string> Names = All.Select(kind => kind.Name).ToFrozenSet();
}

/// <summary>An issue was opened; its dependencies follow as facts of their own.</summary>
public sealed record IssueCreated
{
    public required IssueId IssueId { get; init; }

    [OthersText]
    public required string Title { get; init; }

    [OthersText(IsLong = true)]
    public required string Body { get; init; }

    public required int Priority { get; init; }

    [OthersText]
    public required IReadOnlyList<string> Labels { get; init; }
}

/// <summary>What of an issue was rewritten; what is null stayed as it was.</summary>
public sealed record IssueUpdated
{
    public required IssueId IssueId { get; init; }

    [OthersText]
    public string? Title { get; init; }

    [OthersText(IsLong = true)]
    public string? Body { get; init; }

    public int? Priority { get; init; }

    [OthersText]
    public IReadOnlyList<string>? Labels { get; init; }
}

/// <summary>An agent holds the issue from now on.</summary>
/// <param name="IssueId">Which.</param>
/// <param name="Assignee">Who.</param>
/// <param name="TakenOverFrom">Who held it before and was gone.</param>
/// <param name="Token">The claim's fencing token; null in a log of before there were any.</param>
public sealed record IssueClaimed(IssueId IssueId, AgentId Assignee, AgentId? TakenOverFrom, long? Token = null);

/// <summary>Nobody holds the issue any more.</summary>
/// <param name="IssueId">Which.</param>
/// <param name="Assignee">Who held it.</param>
public sealed record IssueUnclaimed(IssueId IssueId, AgentId Assignee);

/// <summary>The issue is done.</summary>
public sealed record IssueClosed(IssueId IssueId, [property: OthersText(IsLong = true)] string? Reason);

/// <summary>The issue is open again, held by nobody.</summary>
public sealed record IssueReopened(IssueId IssueId, [property: OthersText(IsLong = true)] string? Reason);

/// <summary>An issue waits, or waits no more, for another.</summary>
public sealed record IssueDependency(IssueId IssueId, IssueId DependsOn);
