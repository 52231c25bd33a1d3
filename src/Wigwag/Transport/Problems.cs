using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Program.Transport;

/// <summary>Refusals as servers send them: RFC 9457 problem details with Wigwag's fields.</summary>
internal static class Problems
{
    /// <summary>The error in a refusal; one that names the status when what answered was no Wigwag.</summary>
    public static Error Read(Reply reply, string server)
    {
        var text = Encoding.UTF8.GetString(reply.Body);
        if (Parse(text) is { Kind: JsonKind.Object } problem && problem.TextOf("code") is { } code)
        {
            return new(Kind(problem.TextOf("kind"), reply.Status), code, problem.TextOf("detail") ?? code, problem.TextOf("next") ?? "")
            {
                Details = problem["details"] is { Kind: JsonKind.Object } details ? JsonNode.Parse(text[details.Start..details.End])!.AsObject() : null,
            };
        }
        if (reply.Status is 414 or 431)
        {
            // Refused before it was read as a request of Wigwag's.
            return Error.TooLarge("request_too_large", "What is asked for has more than a request's address and headers hold.", "Ask for less in one command: a shorter text, or fewer names.");
        }
        return new(Kind(null, reply.Status), $"http_{reply.Status}", $"{server} answered with HTTP status {reply.Status}.", "See the server's log.");
    }

    /// <summary>An error as one JSON document.</summary>
    public static string Write(Error error) => $$"""
        {"code":{{Json.Quote(error.Code)}},"kind":"{{Name(error.Kind)}}","message":{{Json.Quote(error.Message)}},"next":{{Json.Quote(error.Next)}}{{(error.Details is { } details ? $",\"details\":{details.ToJsonString()}" : "")}}}
        """;

    private static Json? Parse(string text)
    {
        try
        {
            return Json.Parse(text);
        }
        catch (IOException)
        {
            // Some proxy's page; its status is all that can be said of it.
            return null;
        }
    }

    /// <summary>The kind as JSON has it.</summary>
    public static string Name(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => "invalid",
        ErrorKind.NotFound => "not_found",
        ErrorKind.Conflict => "conflict",
        ErrorKind.Forbidden => "forbidden",
        ErrorKind.Expired => "expired",
        ErrorKind.TooLarge => "too_large",
        ErrorKind.RateLimited => "rate_limited",
        _ => "unavailable",
    };

    /// <summary>The kind of that name, else the one that a status of HTTP means.</summary>
    public static ErrorKind Kind(string? name, int status)
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
        {
            if (Name(kind) == name)
            {
                return kind;
            }
        }
        return status switch
        {
            401 or 403 => ErrorKind.Forbidden,
            404 => ErrorKind.NotFound,
            409 => ErrorKind.Conflict,
            410 => ErrorKind.Expired,
            413 or 414 or 431 => ErrorKind.TooLarge,
            429 => ErrorKind.RateLimited,
            >= 500 => ErrorKind.Unavailable,
            _ => ErrorKind.Invalid,
        };
    }
}
