using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Program.Transport;

/// <summary>Refusals as servers send them: RFC 9457 problem details with Wigwag's fields.</summary>
internal static class Problems
{
    /// <summary>The error in a refusal; one that names the status when what answered was no Wigwag.</summary>
    public static Error Read(Reply reply, string server)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            var problem = document.RootElement;
            if (problem.ValueKind == JsonValueKind.Object && Text(problem, "code") is { } code)
            {
                return new(Kind(Text(problem, "kind"), reply.Status), code, Text(problem, "detail") ?? code, Text(problem, "next") ?? "")
                {
                    Details = problem.TryGetProperty("details", out var details) ? JsonNode.Parse(details.GetRawText()) as JsonObject : null,
                };
            }
        }
        catch (JsonException)
        {
            // Some proxy's page; the status below is all that can be said of it.
        }
        return new(Kind(null, reply.Status), $"http_{reply.Status}", $"{server} answered with HTTP status {reply.Status}.", "See the server's log.");
    }

    /// <summary>An error as one JSON document.</summary>
    public static string Write(Error error)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("code", error.Code);
            json.WriteString("kind", Name(error.Kind));
            json.WriteString("message", error.Message);
            json.WriteString("next", error.Next);
            if (error.Details is { } details)
            {
                json.WritePropertyName("details");
                details.WriteTo(json);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Name(ErrorKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static ErrorKind Kind(string? name, int status) =>
        Enum.GetValues<ErrorKind>().Cast<ErrorKind?>().FirstOrDefault(kind => Name(kind!.Value) == name) ?? status switch
        {
            401 or 403 => ErrorKind.Forbidden,
            404 => ErrorKind.NotFound,
            409 => ErrorKind.Conflict,
            410 => ErrorKind.Expired,
            413 => ErrorKind.TooLarge,
            429 => ErrorKind.RateLimited,
            >= 500 => ErrorKind.Unavailable,
            _ => ErrorKind.Invalid,
        };
}
