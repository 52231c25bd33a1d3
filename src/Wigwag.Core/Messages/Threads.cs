using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>Where a message goes: a thread that exists, or one yet to begin.</summary>
/// <param name="Id">Null for a thread yet to begin.</param>
/// <param name="Project">The project that keeps it; of no meaning before <paramref name="Id"/> or the recipient decide it.</param>
/// <param name="Issue">The issue it is about, or null.</param>
internal sealed record ThreadPlace(ThreadId? Id, ProjectId Project, IssueId? Issue);

/// <summary>Finds threads.</summary>
internal static class Threads
{
    /// <summary>The place that a thread, or an issue, or neither names.</summary>
    public static async ValueTask<Result<ThreadPlace>> Resolve(Session session, ThreadId? thread, IssueId? issue)
    {
        if (thread is null && issue is null)
        {
            return new ThreadPlace(null, default, null);
        }
        if (thread is { } named)
        {
            if (!(await Find(session, named)).Try(out var place, out var unknown))
            {
                return unknown;
            }
            return issue is null || issue == place.Issue
                ? place
                : Error.Invalid("thread_of_another_issue", $"{named} is not the thread of {issue}.", "Give the thread or the issue, not both.");
        }
        return (await IssueBook.Find(session, issue!.Value)).Try(out var found, out var error)
            ? new ThreadPlace(ThreadId.Of(found.IssueId), found.Project, found.IssueId)
            : error;
    }

    /// <summary>The thread, for those who reach its project or took part in it; an issue has one before anybody wrote.</summary>
    public static async ValueTask<Result<ThreadPlace>> Find(Session session, ThreadId thread)
    {
        var place = await session.First(
            "SELECT project, issue_id FROM messages WHERE thread_id = @thread ORDER BY seq LIMIT 1",
            row => new ThreadPlace(thread, ProjectId.Parse(row.Text("project")), row.TextOrNull("issue_id") is { } id ? IssueId.Parse(id) : null),
            ("thread", thread));
        if (place is not null && (session.Caller.Reaches(place.Project) ||
            await Participants.Has(session, place.Project, thread, Mailbox.Of(session.Caller))))
        {
            return place;
        }
        if (place is null && thread.Issue is { } about && (await IssueBook.Find(session, about)).Try(out var issue, out _))
        {
            return new ThreadPlace(thread, issue.Project, issue.IssueId);
        }
        return Error.NotFound("unknown_thread", $"There is no thread {thread}.", "Use the thread_id of a message, or issue: and an issue's id.");
    }
}
