using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Leases;

/// <summary>Messages to a holder of what others did with its leases.</summary>
internal static class Notices
{
    /// <summary>Tells an agent, in the thread of the issue where there is one.</summary>
    public static async ValueTask Tell(Session session, Agent to, Project project, IssueId? issue, string subject, string body)
    {
        var home = project.ProjectId;
        if (issue is { } id && (await IssueBook.Find(session, id)).Try(out var about, out _))
        {
            home = about.Project;
        }
        var posted = await MessageBook.Post(session, new()
        {
            To = [Recipient.Of(to.AgentId, to.Project)],
            Home = home,
            Issue = issue,
            Subject = subject.Length <= MessageLimits.SubjectCharacters ? subject : subject[..(MessageLimits.SubjectCharacters - 1)] + "…",
            Body = body,
        });
        // A credential that speaks for nobody can write to nobody; the holder reads it in the log.
        if (posted.Error is { } error && error.Code != "unknown_sender")
        {
            throw new InvalidOperationException($"The notice to {to.AgentId} was refused: {error.Message}");
        }
    }
}
