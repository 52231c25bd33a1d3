using System.Text.Json.Nodes;

namespace Wigwag.Server.OpenApi;

/// <summary>The routes that are no operations, because their bodies are bytes, never end, or are another program's.</summary>
internal static class Streams
{
    public static void Describe(JsonObject paths)
    {
        OpenApiDocument.Path(paths, "/v1/attachments")["put"] = Route(
            "upload_attachment",
            "Upload an attachment",
            "Keeps the bytes of the body and answers the name to send them by: `attachments: [{ name, content_id }]`. The media type is sniffed from the bytes; the same bytes are kept once.",
            [],
            new JsonObject
            {
                ["200"] = Answer("Kept.", "application/json", OpenApiDocument.Reference("schemas", "UploadedAttachment")),
            },
            body: new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject { ["application/octet-stream"] = new JsonObject { ["schema"] = Bytes() } },
            });
        OpenApiDocument.Path(paths, "/v1/messages/{message_id}/attachments/{name}")["get"] = Route(
            "download_attachment",
            "Download an attachment",
            "The bytes of one attachment of a message, always as a download.",
            [Parameter("message_id", "path", "The message."), Parameter("name", "path", "The attachment's name.")],
            new JsonObject { ["200"] = Answer("The bytes.", "application/octet-stream", Bytes()) });
        OpenApiDocument.Path(paths, "/v1/hooks/{client}/{event}")["post"] = Route(
            "answer_hook",
            "Answer a hook of an agent's client",
            "Takes what a coding agent's client sends its hooks and answers what it reads, each in that client's own form. With an agent's key it acts for that agent, with a human's for the "
            + "agent of the workspace on the server's machine that `cwd` is in. An empty object says nothing.",
            [Parameter("client", "path", "claude-code, codex, gemini or cursor."), Parameter("event", "path", "The hook's name, PreToolUse or pre-tool-use.")],
            new JsonObject { ["200"] = Answer("What the client reads.", "application/json", new JsonObject { ["type"] = "object" }) },
            body: new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } } },
            });
        OpenApiDocument.Path(paths, "/v1/events")["get"] = Route(
            "stream_events",
            "Follow the log",
            "A stream of server-sent events, one for each fact of the log: `id` is its place, `event` its kind, `data` the Event. "
            + "Without `project` it tells of the caller's project and of what concerns the caller's agent.",
            [
                Parameter("project", "query", "Tell of this project; repeat it for several, * for all that the key reaches.", several: true),
                Parameter("kind", "query", "Tell of this kind only, message.sent or message.* for instance; repeat it for several.", several: true),
                Parameter("after", "query", "Tell what came after this id, as Last-Event-ID does; 0 for everything."),
                Parameter("Last-Event-ID", "header", "The id of the last event that was read; sent by browsers when they resume."),
            ],
            new JsonObject { ["200"] = Answer("The stream.", "text/event-stream", new JsonObject { ["type"] = "string" }) });
        foreach (var (path, what) in new[] { ("/healthz", "Whether the process answers"), ("/readyz", "Whether the store reads and writes") })
        {
            var route = Route(path[1..], what, $"{what}; needs no key.", [], new JsonObject
            {
                ["200"] = Answer("It does.", "application/json", new JsonObject { ["type"] = "object" }),
            });
            route["security"] = new JsonArray();
            OpenApiDocument.Path(paths, path)["get"] = route;
        }
        OpenApiDocument.Path(paths, "/metrics")["get"] = Route(
            "metrics", "Metrics", "What the server counts, in Prometheus' text format.", [],
            new JsonObject { ["200"] = Answer("The metrics.", "text/plain", new JsonObject { ["type"] = "string" }) });
    }

    private static JsonObject Route(
        string id, string summary, string description, JsonNode[] parameters, JsonObject responses, JsonObject? body = null)
    {
        responses["default"] = OpenApiDocument.Reference("responses", "Problem");
        var route = new JsonObject
        {
            ["operationId"] = id,
            ["summary"] = summary,
            ["description"] = description,
            ["parameters"] = new JsonArray(parameters),
            ["responses"] = responses,
        };
        if (body is not null)
        {
            route["requestBody"] = body;
        }
        return route;
    }

    private static JsonObject Parameter(string name, string place, string description, bool several = false)
    {
        var text = new JsonObject { ["type"] = "string" };
        return new()
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = place == "path",
            ["description"] = description,
            ["schema"] = several ? new JsonObject { ["type"] = "array", ["items"] = text } : text,
        };
    }

    private static JsonObject Answer(string description, string mediaType, JsonObject schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = schema } },
    };

    private static JsonObject Bytes() => new() { ["type"] = "string", ["format"] = "binary" };
}
