using Wigwag.Core.Messages;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;

namespace Wigwag.Core.Attachments;

/// <summary>Attachments as rows: which message carries which content under which name.</summary>
internal static class AttachmentRows
{
    public static ValueTask<List<Attachment>> Of(Session session, ProjectId project, MessageId message) => session.Query(
        """
        SELECT name, content_id, size_bytes, media_type
        FROM attachments
        WHERE project = @project AND message_id = @message
        ORDER BY position
        """,
        Read,
        ("project", project),
        ("message", message));

    public static async ValueTask<List<Attachment>> Add(Session session, ProjectId project, MessageId message, IReadOnlyList<AttachmentInput> files)
    {
        var added = new List<Attachment>();
        foreach (var file in files)
        {
            var kept = file.Kept ?? throw new InvalidOperationException($"The attachment {file.Name} was not kept before its message was posted.");
            var attachment = new Attachment { Name = file.Name, ContentId = kept.Content, SizeBytes = kept.SizeBytes, MediaType = kept.MediaType };
            await session.Execute(
                """
                INSERT INTO attachments (project, message_id, name, position, content_id, size_bytes, media_type)
                VALUES (@project, @message, @name, @position, @content, @size, @type)
                """,
                ("project", project),
                ("message", message),
                ("name", attachment.Name),
                ("position", (long)added.Count),
                ("content", attachment.ContentId),
                ("size", attachment.SizeBytes),
                ("type", attachment.MediaType));
            added.Add(attachment);
        }
        return added;
    }

    private static Attachment Read(Row row) => new()
    {
        Name = row.Text("name"),
        ContentId = ContentId.Parse(row.Text("content_id")),
        SizeBytes = row.Number("size_bytes"),
        MediaType = row.Text("media_type"),
    };
}
