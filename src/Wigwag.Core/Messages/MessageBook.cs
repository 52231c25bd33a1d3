using Wigwag.Core.Agents;
using Wigwag.Core.Attachments;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Messages;

/// <summary>What other features and every operation here do with messages.</summary>
public static class MessageBook
{
    /// <summary>
    /// Posts a message in the caller's name: checks the envelope, keeps the message, delivers it to each recipient and tells the log.
    /// Each recipient exists and the caller reaches the thread's home; that is for whoever made the <see cref="NewMessage"/>.
    /// </summary>
    public static async ValueTask<Result<Message>> Post(Session session, NewMessage asked)
    {
        string? action = null;
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error) ||
            !MessageLimits.Subject(asked.Subject).Try(out var subject, out error) ||
            !MessageLimits.Body(asked.Body).Try(out var body, out error) ||
            (asked.Action is not null && !MessageLimits.Action(asked.Action).Try(out action, out error)))
        {
            return error;
        }
        if (EnvelopeRules.Refuse(asked) is { } refusal)
        {
            return refusal;
        }
        if (!(await Deliveries.Plan(session, asked.To, speaker)).Try(out var plan, out error))
        {
            return error;
        }
        var id = MessageId.New();
        var mustAck = asked.To.Count > 0 && (asked.AckWithin is not null || EnvelopeRules.MustBeAcknowledged(asked.Category));
        var message = new Message
        {
            MessageId = id,
            ThreadId = asked.Thread ?? (asked.Issue is { } issue ? ThreadId.Of(issue) : ThreadId.Of(id)),
            Project = asked.Home,
            IssueId = asked.Issue,
            From = speaker.Sender,
            To = [.. asked.To.Select(recipient => recipient.Written).Distinct()],
            Category = asked.Category,
            Subject = subject,
            Body = body,
            Action = action,
            Urgency = asked.Urgency,
            NextOwner = asked.NextOwner,
            ReplyTo = asked.ReplyTo,
            AckRequired = mustAck,
            AckBy = mustAck ? session.Now + (asked.AckWithin ?? MessagePolicy.Current.AckWithin) : null,
            CreatedAt = session.Now,
            Attachments = await AttachmentRows.Add(session, asked.Home, id, asked.Attachments),
        };
        message = message with { Seq = await Insert(session, message, speaker) };
        await MakeFindable(session, message);
        await Deliveries.Add(session, message, plan, speaker);
        await Participants.Add(session, message.Project, message.ThreadId, speaker.Home, speaker.Key);
        foreach (var recipient in asked.To.Where(recipient => recipient.Kind != RecipientKind.Everyone))
        {
            await Participants.Add(
                session,
                message.Project,
                message.ThreadId,
                recipient.Home,
                recipient.Kind == RecipientKind.Project ? Mailbox.Everyone : recipient.Written);
        }
        await session.Append(MessageEvents.Sent, message.Project, id.Value, message, Audience(plan));
        return await Deliveries.Begun(session, message, plan);
    }

    /// <summary>
    /// Posts a comment into the issue's thread, to its reporter, its holder and everybody who took part, except the caller; kept in the thread
    /// also when that is nobody.
    /// </summary>
    public static async ValueTask<Result<Message>> Comment(
        Session session, Issue issue, string subject, string body, MessageCategory category = MessageCategory.Info)
    {
        if (!(await Speaker.Of(session)).Try(out var speaker, out var error))
        {
            return error;
        }
        var thread = ThreadId.Of(issue.IssueId);
        foreach (var agent in new[] { issue.CreatedBy, issue.Assignee })
        {
            if (agent is { } id && await AgentRegistry.Any(session, id) is { } known)
            {
                await Participants.Add(session, issue.Project, thread, known.Project.Value, id.Value);
            }
        }
        if (issue.CreatedBy is null && Operators.Key(issue.Operator) is { } human)
        {
            await Participants.Add(session, issue.Project, thread, Operators.Home, human);
        }
        return await Post(session, new()
        {
            To = await Participants.Others(session, issue.Project, thread, speaker),
            Home = issue.Project,
            Issue = issue.IssueId,
            Category = category,
            Subject = subject,
            Body = body,
        });
    }

    /// <summary>How much waits for the caller: for the agent, or for the human in the project they stand in.</summary>
    public static ValueTask<UnreadCounts> Counts(Session session) => Inbox.Counts(session, Mailbox.Of(session.Caller));

    /// <summary>How much waits for an agent of a project.</summary>
    public static ValueTask<UnreadCounts> Counts(Session session, AgentId agent, ProjectId project) =>
        Inbox.Counts(session, new(agent.Value, project.Value, project));

    /// <summary>
    /// How much waits for each agent of a project by name, and under the project's own id for any of them: what is unread, and what is to be
    /// acknowledged.
    /// </summary>
    public static async ValueTask<Dictionary<string, (long Unread, long Unacknowledged)>> Waiting(Session session, ProjectId project)
    {
        var waiting = new Dictionary<string, (long Unread, long Unacknowledged)>(StringComparer.Ordinal);
        // The primary key; deliveries_owed.
        foreach (var (recipient, unread) in await Count("SELECT w.recipient, COUNT(*) AS count FROM waiting w WHERE w.project = @project GROUP BY w.recipient"))
        {
            waiting[recipient] = (unread, 0);
        }
        foreach (var (recipient, owed) in await Count("SELECT d.recipient, COUNT(*) AS count FROM deliveries d WHERE d.project = @project AND d.is_owed = 1 GROUP BY d.recipient"))
        {
            waiting[recipient] = (waiting.GetValueOrDefault(recipient).Unread, owed);
        }
        return waiting;

        async ValueTask<List<(string Recipient, long Count)>> Count(string sql) => await session.Query(
            sql,
            row => (row.Text("recipient") is var recipient && recipient == Mailbox.Everyone ? project.Value : recipient, row.Number("count")),
            ("project", project));
    }

    /// <summary>What of the messages to everyone in a project is unread by each of some agents, and what each is to acknowledge.</summary>
    public static async ValueTask<Dictionary<string, (long Unread, long Unacknowledged)>> WaitingAmongEveryone(
        Session session, ProjectId project, IReadOnlyList<string> agents)
    {
        var waiting = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        foreach (var agent in agents)
        {
            var counts = await Inbox.CountEveryone(session, new(agent, project.Value, null));
            if (counts != default)
            {
                waiting[agent] = counts;
            }
        }
        return waiting;
    }

    /// <summary>The BLOCKED messages that nobody has answered, of all projects, as far as the newest of them tell.</summary>
    public static ValueTask<List<Block>> OpenBlocks(Session session) => Blocks.Open(session);

    /// <summary>True when a project was sent anything, or an agent of it sent anything; then it can no longer become part of another.</summary>
    public static async ValueTask<bool> HasMail(Session session, ProjectId project) => await session.Scalar(
        """
        SELECT 1 FROM deliveries WHERE project = @project
        UNION ALL
        SELECT 1 FROM everyone WHERE project = @project
        UNION ALL
        SELECT 1 FROM messages WHERE sender_project = @project
        LIMIT 1
        """,
        ("project", project)) is not null;

    /// <summary>
    /// The whole message, with the caller's own state and every recipient's; <c>unknown_message</c> when there is none or the caller, who is
    /// neither its sender nor a recipient nor in its thread, does not reach its project.
    /// </summary>
    public static async ValueTask<Result<Message>> Find(Session session, MessageId id)
    {
        var rows = await MessageRows.WithFiles(session, await session.Query(
            $"SELECT {MessageRows.Whole} FROM messages m WHERE m.message_id = @id",
            MessageRows.Read,
            ("id", id)));
        var mailbox = Mailbox.Of(session.Caller);
        return rows is [var message] && await MaySee(session, message, mailbox)
            ? await Deliveries.WithReceipts(session, message, mailbox)
            : Error.NotFound("unknown_message", $"There is no message {id}.", "Look it up in the inbox or by search; ids look like m-4k7q2m9xw3.");
    }

    /// <summary>The newest messages of a thread that the caller is known to reach, oldest first, whole.</summary>
    public static async ValueTask<List<Message>> Latest(Session session, ThreadId thread, int limit)
    {
        // messages_by_thread
        var rows = await session.Query(
            $"SELECT {MessageRows.Whole} FROM messages m WHERE m.thread_id = @thread ORDER BY m.seq DESC LIMIT @limit",
            MessageRows.Read,
            ("thread", thread),
            ("limit", (long)limit));
        var messages = new List<Message>();
        foreach (var message in await MessageRows.WithFiles(session, rows.AsEnumerable().Reverse()))
        {
            messages.Add(await Deliveries.WithReceipts(session, message, Mailbox.Of(session.Caller)));
        }
        return messages;
    }

    private static async ValueTask<bool> MaySee(Session session, Message message, Mailbox mailbox) =>
        session.Caller.Reaches(message.Project) ||
        await Participants.Has(session, message.Project, message.ThreadId, mailbox) ||
        await Deliveries.Reached(session, message, mailbox);

    private static async ValueTask<long> Insert(Session session, Message message, Speaker speaker) => await session.Scalar(
        """
        INSERT INTO messages (
          project, message_id, thread_id, issue_id, sender, agent, operator, sender_project, recipients, category,
          subject, body, action, urgency, next_owner, reply_to, files, ack_by, created_at)
        VALUES (
          @project, @message_id, @thread_id, @issue_id, @sender, @agent, @operator, @sender_project, @recipients, @category,
          @subject, @body, @action, @urgency, @next_owner, @reply_to, @files, @ack_by, @created_at)
        RETURNING seq
        """,
        ("project", message.Project),
        ("message_id", message.MessageId),
        ("thread_id", message.ThreadId),
        ("issue_id", message.IssueId),
        ("sender", speaker.Key),
        ("agent", message.From.Agent),
        ("operator", message.From.Operator),
        ("sender_project", message.From.Project),
        ("recipients", string.Join(' ', message.To)),
        ("category", message.Category.Text()),
        ("subject", message.Subject),
        ("body", message.Body),
        ("action", message.Action),
        ("urgency", message.Urgency?.Text()),
        ("next_owner", message.NextOwner),
        ("reply_to", message.ReplyTo),
        ("files", (long)message.Attachments.Count),
        ("ack_by", message.AckBy),
        ("created_at", message.CreatedAt)) ?? throw new InvalidOperationException("The engine gave the message no place.");

    private static async ValueTask MakeFindable(Session session, Message message)
    {
        foreach (var statement in session.Dialect.MessageSearch.Index)
        {
            await session.ExecuteAtCommit(
                statement, ("seq", message.Seq), ("subject", message.Subject), ("body", message.Body), ("issue_id", message.IssueId));
        }
    }

    // Of a project, whoever is or comes to be one of its agents: the message waits for them all.
    private static HashSet<string> Audience(DeliveryPlan plan) =>
    [
        .. plan.Own.Select(delivery => delivery.Key == Mailbox.Everyone ? Feed.Audience.AllOf(ProjectId.Parse(delivery.Home)) : delivery.Key),
        .. plan.Everyone.Select(everyone => Feed.Audience.AllOf(ProjectId.Parse(everyone.Home), everyone.Place)),
    ];
}
