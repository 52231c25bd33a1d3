using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Wigwag.Core.Operations;

namespace Wigwag.Client;

/// <summary>The server's refusal as it travels: RFC 9457 problem details with Wigwag's fields.</summary>
internal sealed record Problem
{
    public string? Detail { get; init; }

    public string? Code { get; init; }

    public string? Kind { get; init; }

    public string? Next { get; init; }

    public JsonObject? Details { get; init; }

    /// <summary>The error in a refusing answer, in the words of whoever refused.</summary>
    public static async ValueTask<Error> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            try
            {
                if (JsonSerializer.Deserialize(body, ClientJson.Default.Problem) is { Code: { } code, Detail: { } detail } problem)
                {
                    return new(KindOf(problem.Kind) ?? KindOf(response.StatusCode), code, detail, problem.Next ?? "") { Details = problem.Details };
                }
            }
            catch (JsonException)
            {
                // Not a server of ours, or a broken one: said below.
            }
        }
        return new(
            KindOf(response.StatusCode),
            "unexpected_answer",
            string.Create(CultureInfo.InvariantCulture, $"The server answered {(int)response.StatusCode} without saying why."),
            "Check that the address is a Wigwag server's and that no proxy answers for it.");
    }

    private static ErrorKind? KindOf(string? kind) => kind switch
    {
        "invalid" => ErrorKind.Invalid,
        "not_found" => ErrorKind.NotFound,
        "conflict" => ErrorKind.Conflict,
        "forbidden" => ErrorKind.Forbidden,
        "expired" => ErrorKind.Expired,
        "unavailable" => ErrorKind.Unavailable,
        "too_large" => ErrorKind.TooLarge,
        "rate_limited" => ErrorKind.RateLimited,
        _ => null,
    };

    private static ErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => ErrorKind.NotFound,
        HttpStatusCode.Conflict => ErrorKind.Conflict,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ErrorKind.Forbidden,
        HttpStatusCode.Gone => ErrorKind.Expired,
        HttpStatusCode.RequestEntityTooLarge => ErrorKind.TooLarge,
        HttpStatusCode.TooManyRequests => ErrorKind.RateLimited,
        >= HttpStatusCode.InternalServerError => ErrorKind.Unavailable,
        _ => ErrorKind.Invalid,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Uploaded))]
internal sealed partial class ClientJson : JsonSerializerContext;
