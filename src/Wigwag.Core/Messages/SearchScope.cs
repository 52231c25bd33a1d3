using System.Text;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>The conditions on a message <c>m</c> beside its text: the filters typed, and what the caller may see.</summary>
internal sealed record SearchScope(string Sql, IReadOnlyList<(string, object?)> Parameters)
{
    /// <summary>The <c>seq</c> of messages to look through when no text was typed: the shortest range of an index that a filter names.</summary>
    public required string Range { get; init; }

    public static async ValueTask<Result<SearchScope>> Of(Session session, SearchQuery query)
    {
        var sql = new StringBuilder();
        var parameters = new List<(string, object?)>();
        var range = "SELECT s.seq FROM messages s";
        void Where(string condition, params ReadOnlySpan<(string, object?)> values)
        {
            sql.Append(" AND ").Append(condition);
            parameters.AddRange(values);
        }

        var filters = query.Filters;
        if (filters.TryGetValue("from", out var from))
        {
            if (!(await Correspondent(session, from)).Try(out var sender, out var error))
            {
                return error;
            }
            Where(sender.Kind == RecipientKind.Project ? "m.sender_project = @from" : "m.sender = @from", ("from", sender.Written));
            range = sender.Kind == RecipientKind.Project ? range : "SELECT s.seq FROM messages s WHERE s.sender = @from"; // messages_by_sender
        }
        if (filters.TryGetValue("to", out var to))
        {
            if (!(await Correspondent(session, to)).Try(out var recipient, out var error))
            {
                return error;
            }
            Where(
                $"""
                (EXISTS (SELECT 1 FROM deliveries t WHERE t.project = @to_home AND t.recipient = @to AND t.seq = m.seq)
                  OR EXISTS (SELECT 1 FROM everyone e WHERE e.seq = m.seq AND e.project = @to_home AND {ToEveryone(recipient)}))
                """,
                ("to_home", recipient.Home),
                ("to", recipient.Kind == RecipientKind.Project ? Mailbox.Everyone : recipient.Written));
            // Their primary keys.
            range =
                """
                SELECT s.seq FROM deliveries s WHERE s.project = @to_home AND s.recipient = @to
                UNION ALL SELECT e.seq FROM everyone e WHERE e.project = @to_home
                """;
        }
        if (filters.TryGetValue("project", out var name))
        {
            if (!(await ProjectRegistry.Find(session, name)).Try(out var project, out var error))
            {
                return error;
            }
            Where("m.project = @in_project", ("in_project", project.ProjectId));
            range = "SELECT s.seq FROM messages s WHERE s.project = @in_project"; // messages_by_project
        }
        if (filters.TryGetValue("issue", out var issue))
        {
            if (!IssueId.TryParse(issue, out var id))
            {
                return Error.Invalid("bad_issue_id", $"{Sanitize.Quote(issue)} is not {IssueId.Form}.", "Write issue: and the id of an issue.");
            }
            Where("m.issue_id = @issue", ("issue", id), ("thread", ThreadId.Of(id)));
            range = "SELECT s.seq FROM messages s WHERE s.thread_id = @thread"; // messages_by_thread
        }
        if (query.Category is { } category)
        {
            Where("m.category = @category", ("category", category.Text()));
        }
        if (query.After is { } after)
        {
            Where("m.created_at >= @since", ("since", after));
        }
        if (query.Before is { } before)
        {
            Where("m.created_at < @until", ("until", before));
        }
        if (session.Caller.Projects is not null)
        {
            var (reached, who) = MessageReach.Of(session.Caller);
            Where(reached, who);
        }
        return new SearchScope(sql.ToString(), parameters) { Range = range };
    }

    // An agent is one of everyone whom it was sent to; a project and a human are not.
    private static string ToEveryone(Recipient recipient) => recipient.Kind switch
    {
        RecipientKind.Everyone => "1 = 1",
        RecipientKind.Agent => "e.sender <> @to AND e.place >= (SELECT a.place FROM agents a WHERE a.agent = @to)",
        _ => "1 = 0",
    };

    private delegate void AddCondition(string condition, params ReadOnlySpan<(string, object?)> values);

    private static async ValueTask<Result<Recipient>> Correspondent(Session session, string name) =>
        (await RecipientBook.Find(session, name, project: null)).Try(out var known, out var error) ? known : error;
}
