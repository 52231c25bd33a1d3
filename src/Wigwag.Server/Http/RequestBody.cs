using Microsoft.AspNetCore.Http;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Http;

/// <summary>
/// Reads a request's body up to a limit. Kestrel's own limit is switched off: what it refuses it does not read on, so that a client that is
/// still sending sees a broken connection in place of the answer. What is refused here, Kestrel reads and drops for five seconds.
/// </summary>
internal static class RequestBody
{
    /// <summary>The whole body; <c>body_too_large</c> as soon as it is known to be larger.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limitBytes">The most that is taken.</param>
    /// <param name="next">What to do about a body that is larger.</param>
    public static async ValueTask<Result<byte[]>> Read(HttpContext context, long limitBytes, string next)
    {
        if (context.Request.ContentLength > limitBytes)
        {
            return TooLarge(limitBytes, next);
        }
        using var whole = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, 64 * 1024)); // what is claimed is not there yet
        var chunk = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0;)
        {
            if (whole.Length + read > limitBytes)
            {
                return TooLarge(limitBytes, next);
            }
            whole.Write(chunk, 0, read);
        }
        return whole.Length == whole.Capacity ? whole.GetBuffer() : whole.ToArray();
    }

    public static Error TooLarge(long limitBytes, string next) =>
        Error.TooLarge("body_too_large", $"The body is larger than {limitBytes} bytes, the most that is taken here.", next);
}
