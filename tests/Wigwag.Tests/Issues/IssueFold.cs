using System.Text.Json;
using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;

namespace Wigwag.Tests.Issues;

/// <summary>The issues that the log alone tells of.</summary>
internal static class IssueFold
{
    public static Dictionary<IssueId, Issue> Of(IEnumerable<Event> facts)
    {
        var issues = new Dictionary<IssueId, Issue>();
        foreach (var fact in facts)
        {
            var id = IssueId.Parse(fact.Subject);
            var after = After(issues.GetValueOrDefault(id), fact);
            issues[id] = fact.Kind.StartsWith("issue.dependency", StringComparison.Ordinal) ? after : after with { UpdatedAt = fact.At };
        }
        foreach (var issue in issues.Values.ToList())
        {
            issues[issue.IssueId] = issue with
            {
                Blocked = issue.DependsOn.Any(on => issues[on].Status != IssueStatus.Closed),
                Blocks = [.. issues.Values.Where(other => other.DependsOn.Contains(issue.IssueId)).Select(other => other.IssueId).OrderBy(id => id.Value, StringComparer.Ordinal)],
            };
        }
        return issues;
    }

    private static Issue After(Issue? issue, Event fact) => (issue, fact.Kind) switch
    {
        (null, "issue.created") => Created(fact, Read(IssueEvents.Created, fact)),
        ({ } before, "issue.updated") => Updated(before, Read(IssueEvents.Updated, fact)),
        ({ } before, "issue.claimed") => before with { Status = IssueStatus.InProgress, Assignee = Read(IssueEvents.Claimed, fact).Assignee, ClaimedAt = fact.At, ClaimToken = Read(IssueEvents.Claimed, fact).Token },
        ({ } before, "issue.unclaimed") => before with { Status = IssueStatus.Open, Assignee = null, ClaimedAt = null, ClaimToken = null },
        ({ } before, "issue.closed") => before with
        {
            Status = IssueStatus.Closed,
            ClaimToken = null,
            ClosedAt = fact.At,
            ClosedBy = fact.Agent is null ? null : AgentId.Parse(fact.Agent),
            CloseReason = Read(IssueEvents.Closed, fact).Reason,
        },
        ({ } before, "issue.reopened") => before with { Status = IssueStatus.Open, Assignee = null, ClaimedAt = null, ClosedAt = null, ClosedBy = null, CloseReason = null },
        ({ } before, "issue.dependency_added") => before with
        {
            DependsOn = [.. before.DependsOn.Append(Read(IssueEvents.DependencyAdded, fact).DependsOn).OrderBy(id => id.Value, StringComparer.Ordinal)],
        },
        ({ } before, "issue.dependency_removed") => before with { DependsOn = [.. before.DependsOn.Where(id => id != Read(IssueEvents.DependencyRemoved, fact).DependsOn)] },
        _ => throw new InvalidOperationException($"{fact.Kind} of {fact.Subject} does not follow from what was before."),
    };

    private static Issue Created(Event fact, IssueCreated created) => new()
    {
        IssueId = created.IssueId,
        Project = fact.Project,
        Title = created.Title,
        Body = created.Body,
        Status = IssueStatus.Open,
        Priority = created.Priority,
        Labels = created.Labels,
        CreatedBy = fact.Agent is null ? null : AgentId.Parse(fact.Agent),
        Operator = fact.Operator,
        CreatedAt = fact.At,
        UpdatedAt = fact.At,
        Blocked = false,
    };

    private static Issue Updated(Issue before, IssueUpdated updated) => before with
    {
        Title = updated.Title ?? before.Title,
        Body = updated.Body ?? before.Body,
        Priority = updated.Priority ?? before.Priority,
        Labels = updated.Labels ?? before.Labels,
    };

    private static T Read<T>(EventKind<T> kind, Event fact) => kind.Read(fact.Fact.GetRawText());
}
