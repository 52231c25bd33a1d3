using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Wigwag.Core.Attachments;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Attachments;

/// <summary>Streams one attachment to those who may see the message that carries it, always as a file and never as a page.</summary>
internal static class Download
{
    public static async Task Serve(HttpContext context, ServerParts parts)
    {
        if (Target(context) is not ({ } message, { } name))
        {
            await context.Refuse(Error.Invalid("bad_path", $"The path takes {MessageId.Form} and an attachment's name.", "Send both percent-encoded."));
            return;
        }
        var found = await parts.Options.Store.Read(context.CallerOf(), (session, _) => AttachmentBook.Find(session, message, name), context.RequestAborted);
        if (!found.Try(out var attachment, out var refusal))
        {
            await context.Refuse(refusal);
            return;
        }
        var tag = new EntityTagHeaderValue($"\"{attachment.ContentId}\"");
        var headers = context.Response.GetTypedHeaders();
        headers.ETag = tag;
        headers.CacheControl = new CacheControlHeaderValue { Private = true, NoCache = true };
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        if (!(await Open(parts, attachment.ContentId, context.RequestAborted)).Try(out var content, out refusal))
        {
            await context.Refuse(refusal);
            return;
        }
        await using (content)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(attachment.Name);
            headers.ContentDisposition = disposition;
            headers.ContentLength = attachment.SizeBytes;
            context.Response.ContentType = attachment.MediaType;
            context.Response.Headers.ContentSecurityPolicy = new StringValues("default-src 'none'; frame-ancestors 'none'; sandbox");
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        }
    }

    private static async ValueTask<Result<Stream>> Open(ServerParts parts, ContentId content, CancellationToken cancel)
    {
        try
        {
            return await parts.Options.Blobs.Open(content, cancel) is { } bytes
                ? bytes
                : Error.Unavailable("attachment_missing", "The attachment's bytes are not on this server.", "Ask its sender to attach it again.");
        }
        catch (StoreUnavailableException e)
        {
            return Error.Unavailable("attachments_unavailable", $"The attachment cannot be read now: {e.Message}", "Try again; tell whoever runs the server when it stays so.");
        }
    }

    // From the target as it was sent, unescaped once, as the operations' own routes.
    private static (MessageId? Message, string? Name) Target(HttpContext context) =>
        RequestBinding.RawPath(context).Split('/') is ["", "v1", "messages", var message, "attachments", var name]
            && MessageId.TryParse(Uri.UnescapeDataString(message), out var id)
                ? (id, Uri.UnescapeDataString(name))
                : (null, null);
}
