using System.Text;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Attachments;

/// <summary>Checks a message's attachments as a whole, then keeps what they carry inline. Nothing is kept of a message that is refused here.</summary>
internal static class AttachmentIntake
{
    public const int MostFiles = 50;

    /// <summary>The same attachments, each knowing what is kept of it.</summary>
    public static async ValueTask<Result<AttachmentInput[]>> Keep(
        IReadOnlyList<AttachmentInput> files, Uploads uploads, CancellationToken cancel)
    {
        var bytes = new byte[]?[files.Count];
        if (Check(files, bytes) is { } refusal)
        {
            return refusal;
        }
        var kept = files.ToArray();
        long total = 0;
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].ContentId is { } content)
            {
                if (await uploads.Find(content, cancel) is not { } blob)
                {
                    return Error.NotFound(
                        "unknown_attachment",
                        $"You uploaded no bytes with the content_id of {Quotation.Name(files[i].Name)}, and no message that you reach carries them.",
                        "Upload the file first (PUT /v1/attachments) or send it inline as text or base64.");
                }
                kept[i] = files[i] with { Kept = blob };
            }
            var size = kept[i].Kept?.SizeBytes ?? bytes[i]!.Length;
            if (size > MessagePolicy.Current.AttachmentLimitBytes)
            {
                return TooLarge(files[i].Name);
            }
            total += size;
        }
        if (total > MessagePolicy.Current.AttachmentsLimitBytes)
        {
            return Error.TooLarge(
                "attachments_too_large",
                $"A message carries at most {Mebibytes(MessagePolicy.Current.AttachmentsLimitBytes)} of attachments; these have {Mebibytes(total)}.",
                "Compress them, or send them with several messages.");
        }
        for (var i = 0; i < files.Count; i++)
        {
            if (bytes[i] is { } inline)
            {
                using var stream = new MemoryStream(inline, writable: false);
                if (!(await uploads.Put(stream, MessagePolicy.Current.AttachmentLimitBytes, cancel)).Try(out var blob, out var error))
                {
                    return error;
                }
                kept[i] = new() { Name = files[i].Name, ContentId = blob.Content, Kept = blob };
            }
        }
        return kept;
    }

    private static Error? Check(IReadOnlyList<AttachmentInput> files, byte[]?[] bytes)
    {
        if (files.Count > MostFiles)
        {
            return Error.TooLarge("too_many_attachments", $"A message carries at most {MostFiles} files.", "Pack them into one archive.");
        }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < files.Count; i++)
        {
            var file = files[i];
            if (AttachmentName.Refuse(file.Name) is { } bad)
            {
                return bad;
            }
            if (!names.Add(file.Name))
            {
                return Error.Invalid("bad_attachment_name", $"Two attachments are called {Sanitize.Quote(file.Name)}.", "Give each a name of its own.");
            }
            if ((file.ContentId is null ? 0 : 1) + (file.Text is null ? 0 : 1) + (file.Base64 is null ? 0 : 1) != 1)
            {
                return Error.Invalid(
                    "bad_attachment", $"The attachment {Quotation.Name(file.Name)} needs exactly one of content_id, text and base64.", "Send its text, for example.");
            }
            if (Math.Max(file.Text?.Length ?? 0, (file.Base64?.Length ?? 0) / 4 * 3 - 2) > MessagePolicy.Current.AttachmentLimitBytes)
            {
                return TooLarge(file.Name);
            }
            if (file.Text is { } text)
            {
                if (!Sanitize.IsStorable(text.Replace('\0', ' ')))
                {
                    return Error.Invalid("bad_attachment", $"The text of {Quotation.Name(file.Name)} is not valid Unicode.", "Send it as base64.");
                }
                bytes[i] = Encoding.UTF8.GetBytes(text);
            }
            else if (file.Base64 is { } base64)
            {
                var buffer = new byte[base64.Length / 4 * 3 + 3];
                if (!Convert.TryFromBase64String(base64, buffer, out var length))
                {
                    return Error.Invalid("bad_attachment", $"The base64 of {Quotation.Name(file.Name)} cannot be read.", "Send standard base64 with padding.");
                }
                bytes[i] = buffer[..length];
            }
        }
        return null;
    }

    private static Error TooLarge(string name) => Error.TooLarge(
        "attachment_too_large",
        $"The attachment {Quotation.Name(name)} has more than {Mebibytes(MessagePolicy.Current.AttachmentLimitBytes)}.",
        "Compress or split it.");

    private static string Mebibytes(long bytes) => $"{bytes / 1048576.0:0.#} MiB";
}
