using Wigwag.Core.Agents;
using Wigwag.Core.Attachments;
using Wigwag.Core.Issues;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Messages;

/// <summary>Messages as rows: the columns that statements select, and how they are read.</summary>
internal static class MessageRows
{
    private const string Facts =
        """
        m.seq, m.project, m.message_id, m.thread_id, m.issue_id, m.agent, m.operator, m.sender_project, m.recipients, m.category,
        m.subject, m.action, m.urgency, m.next_owner, m.reply_to, m.files, m.ack_by, m.created_at
        """;

    /// <summary>All of a message.</summary>
    public const string Whole = $"{Facts}, m.body";

    /// <summary>What a list shows of it; long bodies are not read.</summary>
    public const string Line = $"{Facts}, substr(m.body, 1, 600) AS body";

    /// <summary>A row of <see cref="Whole"/>, and whether attachments are still to be read.</summary>
    public static (Message Message, bool HasFiles) Read(Row row) => (new()
    {
        Seq = row.Number("seq"),
        Project = ProjectId.Parse(row.Text("project")),
        MessageId = MessageId.Parse(row.Text("message_id")),
        ThreadId = ThreadId.Parse(row.Text("thread_id")),
        IssueId = row.TextOrNull("issue_id") is { } issue ? IssueId.Parse(issue) : null,
        From = new()
        {
            Agent = row.TextOrNull("agent") is { } agent ? AgentId.Parse(agent) : null,
            Operator = row.TextOrNull("operator"),
            Project = row.TextOrNull("sender_project") is { } project ? ProjectId.Parse(project) : null,
        },
        To = row.Text("recipients").Split(' ', StringSplitOptions.RemoveEmptyEntries),
        Category = Words.Row<MessageCategory>(row.Text("category")),
        Subject = row.Text("subject"),
        Body = row.Text("body"),
        Action = row.TextOrNull("action"),
        Urgency = Words.Parse<Urgency>(row.TextOrNull("urgency")),
        NextOwner = row.TextOrNull("next_owner"),
        ReplyTo = row.TextOrNull("reply_to") is { } replyTo ? MessageId.Parse(replyTo) : null,
        AckRequired = row.NumberOrNull("ack_by") is not null,
        AckBy = row.TimeOrNull("ack_by"),
        CreatedAt = row.Time("created_at"),
    }, row.Number("files") > 0);

    /// <summary>A row of <see cref="Line"/> with a delivery's <c>state, taken_by, taken_at, delivered_at</c>.</summary>
    public static (Message Message, bool HasFiles) ReadDelivered(Row row)
    {
        var (message, hasFiles) = Read(row);
        return (message with
        {
            State = Words.Parse<MessageState>(row.TextOrNull("state")),
            TakenBy = row.TextOrNull("taken_by"),
            TakenAt = row.TimeOrNull("taken_at"),
            IsDelivered = row.NumberOrNull("delivered_at") is not null,
        }, hasFiles);
    }

    /// <summary>Messages with their attachments.</summary>
    public static async ValueTask<List<Message>> WithFiles(Session session, IEnumerable<(Message Message, bool HasFiles)> rows)
    {
        var messages = new List<Message>();
        foreach (var (message, hasFiles) in rows)
        {
            messages.Add(hasFiles ? message with { Attachments = await AttachmentRows.Of(session, message.Project, message.MessageId) } : message);
        }
        return messages;
    }

    /// <summary>The same without its body but with the beginning of it. As an <see cref="Envelope"/> it is written without a body.</summary>
    public static Envelope Shorten(Message message)
    {
        var text = Sanitize.OneLine(message.Body);
        var end = Math.Min(text.Length, MessageLimits.PreviewCharacters);
        end -= end > 0 && end < text.Length && char.IsHighSurrogate(text[end - 1]) ? 1 : 0;
        return message with { Body = "", Preview = end < text.Length ? text[..end] + "…" : text };
    }
}
