using System.Text.Json.Nodes;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Issues;

/// <summary>What other features and every operation here do with issues.</summary>
public static class IssueBook
{
    /// <summary>The issue; <c>unknown_issue</c> when there is none or its project is out of the caller's reach.</summary>
    public static async ValueTask<Result<Issue>> Find(Session session, IssueId id) => Known(session, id, await session.First(
        $"SELECT {IssueRows.Columns} FROM issues i WHERE i.issue_id = @id",
        IssueRows.Read,
        ("id", id)));

    /// <summary>The issue as <see cref="Find"/> gives it, held against other transactions until this one ends.</summary>
    public static async ValueTask<Result<Issue>> Hold(Session session, IssueId id) => Known(session, id, await session.First(
        $"SELECT {IssueRows.Columns} FROM issues i WHERE i.issue_id = @id {session.Dialect.ForUpdate}",
        IssueRows.Read,
        ("id", id)));

    /// <summary>Opens an issue in a project that the caller was found to reach, in the caller's name.</summary>
    public static async ValueTask<Result<Issue>> Open(Session session, Project project, NewIssue asked)
    {
        if (!IssueLimits.Title(asked.Title).Try(out var title, out var error) ||
            !IssueLimits.Body(asked.Body).Try(out var body, out error) ||
            !IssueLimits.Priority(asked.Priority).Try(out var priority, out error) ||
            !IssueLimits.Set(asked.Labels).Try(out var labels, out error))
        {
            return error;
        }
        if (asked.DependsOn.Count > IssueLimits.DependenciesOfANewIssue)
        {
            return Error.Invalid(
                "too_many_dependencies",
                $"A new issue depends on at most {IssueLimits.DependenciesOfANewIssue} others.",
                "Create it with fewer and add the rest with depend.");
        }
        var issue = await Add(session, project, title, body, priority, labels);
        await session.Append(IssueEvents.Created, project.ProjectId, issue.IssueId.Value, new()
        {
            IssueId = issue.IssueId,
            Title = title,
            Body = body,
            Priority = priority,
            Labels = labels,
        });
        foreach (var dependsOn in asked.DependsOn.Distinct())
        {
            if (!(await Depend(session, issue, dependsOn)).Try(out issue, out error))
            {
                return error;
            }
        }
        return issue;
    }

    /// <summary>
    /// Makes <paramref name="agent"/> the holder. Held by itself: nothing changes. Held by another: <c>already_claimed</c>, unless that one
    /// has said goodbye or was silent for long, which the agent then takes over from.
    /// </summary>
    public static async ValueTask<Result<Issue>> Claim(Session session, Issue issue, AgentId agent)
    {
        await session.LockProject(issue.Project);
        if (!(await Hold(session, issue.IssueId)).Try(out var held, out var error))
        {
            return error;
        }
        if (held.Status == IssueStatus.Closed)
        {
            return AlreadyClosed(held, "Reopen it first if it is not done.");
        }
        if (held.Assignee is { } holder)
        {
            var claim = await ClaimBook.Of(session, held);
            var isOver = claim is not null && !LeaseBook.IsLive(claim, session.Now);
            if (holder == agent && claim is not null && !isOver)
            {
                return await Dependencies.With(session, held);
            }
            if (holder != agent && !isOver && await AgentRegistry.Any(session, holder) is not { HasLeft: true })
            {
                return AlreadyClaimed(held, holder);
            }
        }
        return await Take(session, held, agent);
    }

    /// <summary>
    /// Makes <paramref name="agent"/> the holder of an issue that it was found to be free to take, in place of whoever held it; in a
    /// transaction that holds the project and the issue.
    /// </summary>
    internal static async ValueTask<Result<Issue>> Take(Session session, Issue held, AgentId agent)
    {
        var token = (await ClaimBook.Take(session, held, agent)).Token;
        await session.Execute(
            """
            UPDATE issues SET status = 'in_progress', assignee = @agent, claimed_at = @now, claim_token = @token, updated_at = @now
            WHERE project = @project AND issue_id = @id
            """,
            ("agent", agent),
            ("token", token),
            ("now", session.Now),
            ("project", held.Project),
            ("id", held.IssueId));
        await session.Append(
            IssueEvents.Claimed, held.Project, held.IssueId.Value, new(held.IssueId, agent, held.Assignee == agent ? null : held.Assignee, token), Concerned(held));
        return held.Assignee is { } gone && gone != agent
            ? await Tell(session, held, "Taken over", $"{agent} works on {held.IssueId} now, in place of {gone}, who was gone.")
            : await Whole(session, held.IssueId);
    }

    /// <summary>The holder fell silent: the issue is open again, and those it concerns are told. Nothing to do when it is not held any more.</summary>
    internal static async ValueTask Orphan(Session session, IssueId id, AgentId holder)
    {
        if (!(await Hold(session, id)).Try(out var issue, out _) || issue.Status != IssueStatus.InProgress || issue.Assignee != holder)
        {
            return;
        }
        await session.Execute(
            """
            UPDATE issues SET status = 'open', assignee = NULL, claimed_at = NULL, claim_token = NULL, updated_at = @now
            WHERE project = @project AND issue_id = @id
            """,
            ("now", session.Now),
            ("project", issue.Project),
            ("id", issue.IssueId));
        await session.Append(IssueEvents.Unclaimed, issue.Project, issue.IssueId.Value, new(issue.IssueId, holder), Concerned(issue));
        await Tell(session, issue, "Open again", $"{holder} held it and gave no sign for {Signs.StaleAfter.TotalMinutes:F0} minutes; whoever wants to can claim it.");
    }

    /// <summary>Makes the issue wait for another, once.</summary>
    internal static async ValueTask<Result<Issue>> Depend(Session session, Issue issue, IssueId dependsOn)
    {
        if (!(await Dependencies.Add(session, issue, dependsOn)).Try(out var added, out var error))
        {
            return error;
        }
        if (added)
        {
            await session.Append(IssueEvents.DependencyAdded, issue.Project, issue.IssueId.Value, new(issue.IssueId, dependsOn), Concerned(issue));
        }
        return await Whole(session, issue.IssueId);
    }

    /// <summary>Says in the issue's thread what was done with it, to all who took part; the issue as it stands now.</summary>
    internal static async ValueTask<Result<Issue>> Tell(Session session, Issue issue, string what, string why)
    {
        var subject = $"{what}: {issue.Title}";
        var comment = await MessageBook.Comment(
            session,
            issue,
            subject.Length <= IssueLimits.SubjectCharacters ? subject : $"{subject.AsSpan(0, IssueLimits.SubjectCharacters - 1)}…",
            why is "" ? $"{what}, without a reason given." : why,
            MessageCategory.Info);
        return comment.Error is { } error ? error : await Whole(session, issue.IssueId);
    }

    /// <summary>The issue as it stands now, with its dependencies.</summary>
    internal static async ValueTask<Result<Issue>> Whole(Session session, IssueId id) =>
        (await Find(session, id)).Try(out var issue, out var error) ? await Dependencies.With(session, issue) : error;

    /// <summary>Who is told of a change in any project: the reporter and the holder.</summary>
    internal static List<string> Concerned(Issue issue) =>
        [.. new[] { issue.CreatedBy, issue.Assignee }.Where(agent => agent is not null).Select(agent => agent!.Value.Value).Distinct()];

    internal static Error AlreadyClosed(Issue issue, string next) => Error.Conflict(
        "already_closed",
        $"{issue.IssueId} was closed{By(issue.ClosedBy)} at {issue.ClosedAt:u}.",
        next);

    private static Error AlreadyClaimed(Issue issue, AgentId holder) => Error.Conflict(
        "already_claimed",
        $"{issue.IssueId} is held by {holder} since {issue.ClaimedAt:u}.",
        $"Take another one from ready, or write to {holder} about it; you can take it over once {holder} is gone.")
        with
    {
        Details = new JsonObject { ["assignee"] = holder.Value, ["claimed_at"] = issue.ClaimedAt?.ToString("O") },
    };

    private static string By(AgentId? agent) => agent is { } id ? $" by {id}" : "";

    private static Result<Issue> Known(Session session, IssueId id, Issue? issue) => issue is not null && session.Caller.Reaches(issue.Project)
        ? issue
        : Error.NotFound("unknown_issue", $"There is no issue {id}.", "Look for it in the list of the project's issues.");

    // Nothing is read that another creation writes: on PostgreSQL one of the two would have to be run again.
    private static async ValueTask<Issue> Add(Session session, Project project, string title, string body, int priority, IReadOnlyList<string> labels)
    {
        var creator = session.Caller.Agent?.Value ?? session.Caller.Operator;
        for (var length = await NewIssueId.LengthFor(session, project.ProjectId); ; length++)
        {
            var issue = new Issue
            {
                IssueId = NewIssueId.Make(project.ProjectId, project.Name, title, creator, session.Now, length),
                Project = project.ProjectId,
                Title = title,
                Body = body,
                Status = IssueStatus.Open,
                Priority = priority,
                Labels = labels,
                CreatedBy = session.Caller.Agent,
                Operator = session.Caller.Operator,
                CreatedAt = session.Now,
                UpdatedAt = session.Now,
                Blocked = false,
            };
            if (await IssueRows.Add(session, issue))
            {
                return issue;
            }
        }
    }
}
