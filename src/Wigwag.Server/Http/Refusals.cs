using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Server.Http;

/// <summary>Gives each refusal that no operation made, such as an unknown route, the form that the operations' own have.</summary>
internal static class Refusals
{
    public static async Task Give(HttpContext context, RequestDelegate next, ILogger log)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to tell.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var (error, status) = e switch
            {
                BadHttpRequestException bad => (OfStatus(bad.StatusCode, context), bad.StatusCode),
                StoreUnavailableException store => Unavailable(store),
                OperationCanceledException => (Stopping, StatusCodes.Status503ServiceUnavailable),
                _ => (Broken, StatusCodes.Status500InternalServerError),
            };
            if (status == StatusCodes.Status500InternalServerError)
            {
                log.RequestFailed(e, context.Request.Method, Route(context));
            }
            await context.Refuse(error, status);
            return;
        }
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } response)
        {
            await context.Refuse(OfStatus(response.StatusCode, context), response.StatusCode);
        }
    }

    public static readonly Error Stopping = Error.Unavailable(
        "stopping", "The server is stopping.", "Repeat the request with the same idempotency key when it is back.");

    public static readonly Error Broken = Error.Unavailable(
        "internal_error", "Something broke in the server; its log says what.", "Tell whoever runs the server; a retry with the same idempotency key does nothing twice.");

    private static (Error, int) Unavailable(StoreUnavailableException e) => e is TooManyAtOnceException
        ? (Dispatcher.TooManyAtOnce, StatusCodes.Status429TooManyRequests)
        : e is OverBudgetException
        ? (Error.Unavailable("query_timeout", $"The request was stopped: {e.Message}", "Ask for less, or try again later."), StatusCodes.Status503ServiceUnavailable)
        : e.IsDiskFull
        ? (Error.Unavailable("disk_full", "The server's disk is full.", "Free some space on the server's disk; nothing was done."), StatusCodes.Status507InsufficientStorage)
        : (Error.Unavailable("store_unavailable", "The store cannot answer now.", "Try again; nothing was done."), StatusCodes.Status503ServiceUnavailable);

    private static Error OfStatus(int status, HttpContext context) => status switch
    {
        StatusCodes.Status404NotFound => Error.NotFound("unknown_route", "There is nothing at this address.", "See /openapi.json for what there is."),
        StatusCodes.Status405MethodNotAllowed => Error.Invalid(
            "method_not_allowed", $"This address does not take {context.Request.Method}.", $"Use {context.Response.Headers.Allow.ToString() switch { "" => "another method", var allow => allow }}."),
        StatusCodes.Status408RequestTimeout => Error.Invalid("too_slow", "The request arrived too slowly.", "Send it again, faster."),
        StatusCodes.Status413PayloadTooLarge => Error.TooLarge("body_too_large", "The body is larger than this server takes.", "Send less; attachments go to PUT /v1/attachments."),
        StatusCodes.Status415UnsupportedMediaType => Error.Invalid("unsupported_media_type", "The body is not of a type this address takes.", "Send application/json."),
        StatusCodes.Status503ServiceUnavailable => Stopping,
        _ => Error.Invalid("bad_request", "The request is not well-formed HTTP.", "Send it again as HTTP asks."),
    };

    private static string Route(HttpContext context) => context.GetEndpoint()?.DisplayName ?? "no route";
}
