using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Server.Access;
using Wigwag.Server.Http;

namespace Wigwag.Server.Attachments;

/// <summary>What the server says of bytes it was given to keep.</summary>
/// <param name="ContentId">Their SHA-256: the name to send them by.</param>
/// <param name="SizeBytes">How many.</param>
/// <param name="MediaType">Sniffed from the bytes.</param>
public sealed record UploadedAttachment(ContentId ContentId, long SizeBytes, string MediaType);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadedAttachment))]
public sealed partial class AttachmentRoutesJson : JsonSerializerContext;

/// <summary>Bytes in and bytes out, streamed.</summary>
internal static class AttachmentRoutes
{
    public static void MapAttachments(this IEndpointRouteBuilder routes, ServerParts parts)
    {
        routes.MapMethods("/v1/attachments", [HttpMethods.Put], context => Upload(context, parts));
        routes.MapMethods("/v1/messages/{message_id}/attachments/{name}", [HttpMethods.Get, HttpMethods.Head], context => Download.Serve(context, parts));
    }

    private static async Task Upload(HttpContext context, ServerParts parts)
    {
        if (context.CallerOf().Role < Role.Agent)
        {
            await context.Refuse(Error.Forbidden("role_too_low", "Uploading needs the role agent.", "Use a key with that role."));
            return;
        }
        var limit = parts.Options.Limits.AttachmentBytes;
        if (context.Request.ContentLength > limit)
        {
            await context.Refuse(Error.TooLarge("attachment_too_large", $"An attachment has at most {limit} bytes.", "Send a smaller one, or a link to it."));
            return;
        }
        var uploads = new Uploads(parts.Options.Store, parts.Options.Blobs, context.CallerOf());
        if (!(await uploads.Take(context.Request.Body, limit, context.RequestAborted)).Try(out var blob, out var refusal))
        {
            await context.Refuse(refusal);
            return;
        }
        await context.Answer(ReadableJson.Write(new UploadedAttachment(blob.Content, blob.SizeBytes, blob.MediaType), AttachmentRoutesJson.Default.UploadedAttachment));
    }
}
