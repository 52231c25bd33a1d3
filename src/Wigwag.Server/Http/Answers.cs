using Microsoft.AspNetCore.Http;

namespace Wigwag.Server.Http;

internal static class Answers
{
    /// <summary>Answers the request with a whole body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">What to send.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="cancel">Ends the sending; the request's own end when left out.</param>
    public static Task Answer(this HttpContext context, ReadOnlyMemory<byte> body, string mediaType = "application/json", CancellationToken? cancel = null)
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, cancel ?? context.RequestAborted).AsTask();
    }
}
