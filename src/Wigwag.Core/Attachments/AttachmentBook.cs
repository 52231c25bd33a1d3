using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Core.Text;

namespace Wigwag.Core.Attachments;

/// <summary>Finds attachments for those who may see the message that carries them.</summary>
public static class AttachmentBook
{
    /// <summary>The attachment of that name; <c>unknown_message</c> or <c>unknown_attachment</c>.</summary>
    public static async ValueTask<Result<Attachment>> Find(Session session, MessageId message, string name)
    {
        if (!(await MessageBook.Find(session, message)).Try(out var found, out var error))
        {
            return error;
        }
        return found.Attachments.FirstOrDefault(attachment => attachment.Name == name) is { } attachment
            ? attachment
            : Error.NotFound(
                "unknown_attachment",
                $"{message} carries no attachment {Sanitize.Quote(name)}.",
                found.Attachments.Count == 0 ? "It carries none." : $"It carries {string.Join(", ", found.Attachments.Select(file => Quotation.Name(file.Name)))}.");
    }
}
