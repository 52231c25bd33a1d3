using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Server.Http;

/// <summary>A refusal on the wire: RFC 9457 problem details with Wigwag's fields.</summary>
public sealed record Problem
{
    public const string MediaType = "application/problem+json";

    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    /// <summary>One sentence that names the thing.</summary>
    public required string Detail { get; init; }

    /// <summary>A stable snake_case name for this refusal.</summary>
    public required string Code { get; init; }

    /// <summary>One of the closed set of kinds.</summary>
    public required string Kind { get; init; }

    /// <summary>What the caller can do about it.</summary>
    public required string Next { get; init; }

    public JsonObject? Details { get; init; }

    /// <summary>The problem that an error is.</summary>
    /// <param name="error">The refusal.</param>
    /// <param name="status">The status where the kind alone does not decide it, as for 401 and 405.</param>
    public static Problem Of(Error error, int? status = null) => new()
    {
        Type = $"urn:wigwag:error:{error.Code}",
        Title = Titled(error.Kind),
        Status = status ?? StatusOf(error),
        Detail = error.Message,
        Code = error.Code,
        Kind = KindName(error.Kind),
        Next = error.Next,
        Details = error.Details,
    };

    public static int StatusOf(Error error) => error.Kind switch
    {
        ErrorKind.Invalid => StatusCodes.Status400BadRequest,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.Expired => StatusCodes.Status410Gone,
        ErrorKind.Unavailable => error.Code == "disk_full" ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.RateLimited => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The kind as JSON has it: <c>not_found</c>.</summary>
    public static string KindName(ErrorKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static string Titled(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => "The request is not valid",
        ErrorKind.NotFound => "Not found",
        ErrorKind.Conflict => "In conflict with the present state",
        ErrorKind.Forbidden => "Not allowed",
        ErrorKind.Expired => "The time for it has passed",
        ErrorKind.Unavailable => "Not available now",
        ErrorKind.TooLarge => "Too large",
        ErrorKind.RateLimited => "Too many requests",
        _ => "Error",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
public sealed partial class ProblemJson : JsonSerializerContext;

internal static class ProblemResponses
{
    /// <summary>Answers the request with a refusal.</summary>
    public static Task Refuse(this HttpContext context, Error error, int? status = null)
    {
        var problem = Problem.Of(error, status);
        context.Response.StatusCode = problem.Status;
        return context.Answer(ReadableJson.Write(problem, ProblemJson.Default.Problem), Problem.MediaType, CancellationToken.None);
    }
}
