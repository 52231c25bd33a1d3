using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;
using Wigwag.Server.Access;

namespace Wigwag.Server.Http;

/// <summary>The HTTP face: a route for each operation of the catalog, from its declaration.</summary>
internal static class OperationRoutes
{
    public static void MapOperations(this IEndpointRouteBuilder routes, ServerParts parts)
    {
        foreach (var operation in Catalog.Operations)
        {
            var (method, pattern) = Split(operation.Http);
            string[] methods = method == HttpMethods.Get ? [method, HttpMethods.Head] : [method];
            routes.MapMethods(pattern, methods, Serve(operation, parts)).WithDisplayName($"{method} {pattern}").WithMetadata(operation);
        }
    }

    /// <summary>Method and pattern of a declaration: <c>POST /v1/issues</c>.</summary>
    public static (string Method, string Pattern) Split(string http) =>
        http.Split(' ', 2) is [var method, var pattern] ? (method, pattern) : throw new FormatException($"Not a method and a route: '{http}'.");

    private static RequestDelegate Serve(Operation operation, ServerParts parts)
    {
        var binding = new RequestBinding(operation, parts.Options.Limits.BodyBytes);
        return async context =>
        {
            if (!Accepts(context.Request, "application/json"))
            {
                await context.Refuse(NotAcceptable, StatusCodes.Status406NotAcceptable);
                return;
            }
            if (!(await binding.Bind(context)).Try(out var request, out var refusal))
            {
                await context.Refuse(refusal, refusal.Code == RequestBinding.NotJson.Code ? StatusCodes.Status415UnsupportedMediaType : null);
                return;
            }
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, parts.Stopping);
            var key = context.Request.Headers["Idempotency-Key"];
            var startedAt = Stopwatch.GetTimestamp();
            var result = await parts.Dispatcher.Run(operation, request, context.CallerOf(), key.Count == 0 ? null : key.ToString(), ends.Token);
            parts.Metrics.Operated(operation, startedAt, result.Error);
            await Answer(context, operation, result);
        };
    }

    private static Task Answer(HttpContext context, Operation operation, Result<object> result)
    {
        if (!result.Try(out var answer, out var error))
        {
            return context.Refuse(error);
        }
        context.Response.StatusCode = operation.Status;
        if (operation.CanBe is not null)
        {
            context.Response.Headers[Outcomes.Header] = operation.OutcomeOf(answer).Text();
        }
        return context.Answer(ReadableJson.Write(answer, operation.AnswerType), cancel: CancellationToken.None);
    }

    /// <summary>True when the client takes answers of this media type; no Accept header takes anything (RFC 9110, 12.5.1).</summary>
    internal static bool Accepts(HttpRequest request, string mediaType)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0)
        {
            return true;
        }
        var kind = mediaType[..(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)] + "*";
        return accept.SelectMany(line => (line ?? "").Split(',')).Any(range =>
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            return (parts[0] is "*/*" || parts[0].Equals(mediaType, StringComparison.OrdinalIgnoreCase) || parts[0].Equals(kind, StringComparison.OrdinalIgnoreCase))
                && !parts.Skip(1).Any(parameter => parameter is "q=0" or "q=0.0" or "q=0.00" or "q=0.000");
        });
    }

    private static readonly Error NotAcceptable = Error.Invalid(
        "not_acceptable", "This address answers application/json, which the Accept header leaves out.", "Send Accept: application/json, or no Accept header.");
}
