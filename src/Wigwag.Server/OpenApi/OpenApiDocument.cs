using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Server.Attachments;
using Wigwag.Server.Http;

namespace Wigwag.Server.OpenApi;

/// <summary>The HTTP face described in OpenAPI 3.1, derived from the catalog; the few routes that are no operations are described here.</summary>
internal static class OpenApiDocument
{
    public static JsonObject Build(string version)
    {
        var schemas = new JsonObject { ["Problem"] = Schema("Problem", ProblemJson.Default.Problem) };
        var paths = new JsonObject();
        foreach (var operation in Catalog.Operations)
        {
            var (method, pattern) = OperationRoutes.Split(operation.Http);
            Path(paths, pattern)[method.ToLowerInvariant()] = Describe(operation, method, pattern, schemas);
        }
        schemas["Event"] = Schema("Event", FeedJson.Default.Event);
        schemas["UploadedAttachment"] = Schema("UploadedAttachment", AttachmentRoutesJson.Default.UploadedAttachment);
        Streams.Describe(paths);
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Wigwag",
                ["version"] = version,
                ["description"] = "The coordination server for coding agents and their humans. Slashes within an id in a path are sent as %2F.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. Catalog.Features.Where(feature => feature.Operations.Count > 0).Select(feature => (JsonNode)new JsonObject { ["name"] = feature.Name })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["parameters"] = Headers(),
                ["responses"] = new JsonObject { ["Problem"] = ProblemResponse() },
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "A key's token, wig_…; on the Unix socket none is needed.",
                    },
                },
            },
        };
    }

    private static JsonObject Describe(Operation operation, string method, string pattern, JsonObject schemas)
    {
        var inRoute = pattern.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}')).ToHashSet();
        var takesBody = method is not ("GET" or "DELETE");
        var parameters = new JsonArray(Reference("parameters", "Agent"), Reference("parameters", "Workspace"), Reference("parameters", "Session"));
        if (operation.Effect != Effect.Query)
        {
            parameters.Add((JsonNode)Reference("parameters", "IdempotencyKey"));
        }
        foreach (var property in operation.RequestType.Properties)
        {
            if (inRoute.Contains(property.Name) || !takesBody)
            {
                parameters.Add((JsonNode)Parameter(property, inRoute.Contains(property.Name) ? "path" : "query"));
            }
        }
        var described = new JsonObject
        {
            ["operationId"] = operation.Name,
            ["summary"] = operation.Title,
            ["description"] = $"{operation.Description}\n\nNeeds the role {operation.Role.ToString().ToLowerInvariant()}.",
            ["tags"] = new JsonArray(Catalog.Features.First(feature => feature.Operations.Contains(operation)).Name),
            ["parameters"] = parameters,
        };
        if (takesBody)
        {
            described["requestBody"] = Body(operation, inRoute, schemas);
        }
        described["responses"] = Responses(operation, schemas);
        return described;
    }

    private static JsonObject Body(Operation operation, HashSet<string> inRoute, JsonObject schemas)
    {
        var name = operation.RequestType.Type.Name;
        var schema = Schema(name, operation.RequestType);
        foreach (var property in inRoute)
        {
            schema["properties"]?.AsObject().Remove(property);
        }
        if (schema["required"] is JsonArray required)
        {
            schema["required"] = new JsonArray([.. required.Where(node => !inRoute.Contains(node!.GetValue<string>())).Select(node => node!.DeepClone())]);
        }
        schemas[name] = schema;
        return new JsonObject
        {
            ["required"] = schema["required"] is JsonArray { Count: > 0 },
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("schemas", name) } },
        };
    }

    private static JsonObject Responses(Operation operation, JsonObject schemas)
    {
        var name = operation.AnswerType.Type.Name;
        schemas[name] ??= Schema(name, operation.AnswerType);
        var answer = new JsonObject
        {
            ["description"] = operation.Status == 201 ? "Made." : "Done.",
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("schemas", name) } },
        };
        if (operation.CanBe is var (outcome, when))
        {
            answer["headers"] = new JsonObject
            {
                [Outcomes.Header] = new JsonObject
                {
                    ["description"] = $"{outcome.Text()} when {when}, else done.",
                    ["schema"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(Outcome.Done.Text(), outcome.Text()) },
                },
            };
        }
        return new JsonObject
        {
            [operation.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = answer,
            ["default"] = Reference("responses", "Problem"),
        };
    }

    private static JsonObject Parameter(JsonPropertyInfo property, string place)
    {
        var schema = Schemas.Of(property.Options.GetTypeInfo(property.PropertyType));
        Unref(schema, "");
        schema.Remove("description");
        var parameter = new JsonObject
        {
            ["name"] = property.Name,
            ["in"] = place,
            ["required"] = place == "path" || property.IsRequired,
            ["schema"] = schema,
        };
        if (Schemas.Description(property) is { } description)
        {
            parameter["description"] = place == "path" && !property.IsRequired ? $"{description} '-' leaves it out." : description;
        }
        return parameter;
    }

    private static JsonObject Headers() => new()
    {
        ["Agent"] = Header("Wigwag-Agent", "The agent to act as, for an operator's or administrator's key: dave/vc."),
        ["Workspace"] = Header("Wigwag-Workspace", "The workspace one stands in, to act as the agent registered for it: host=<escaped>;path=<escaped>;fingerprint=<escaped>, and proof=<64 hexadecimal digits> that only the working copy knows, to be recognized with another key."),
        ["Session"] = Header("Wigwag-Session", $"The run of the agent's client that the request belongs to: {Core.Agents.ClientSession.Form}. An agent is gone when its last session is."),
        ["IdempotencyKey"] = Header("Idempotency-Key", "Chosen by the client, at most 200 characters: a repeat with the same key and body returns the first answer and does nothing."),
    };

    private static JsonObject Header(string name, string description) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject ProblemResponse() => new()
    {
        ["description"] = "Refused: why, and what to do next (RFC 9457). 400 invalid, 401 without a valid key, 403 forbidden, 404 not_found, "
            + "409 conflict, 410 expired, 413 too_large, 429 rate_limited, 503 and 507 unavailable.",
        ["content"] = new JsonObject { [Problem.MediaType] = new JsonObject { ["schema"] = Reference("schemas", "Problem") } },
    };

    internal static JsonObject Path(JsonObject paths, string pattern)
    {
        if (paths[pattern] is not JsonObject path)
        {
            paths[pattern] = path = [];
        }
        return path;
    }

    internal static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static JsonObject Schema(string name, JsonTypeInfo type)
    {
        var schema = Schemas.Of(type);
        Unref(schema, $"#/components/schemas/{name}");
        return schema;
    }

    // The exporter's references start at the schema's own root, which here is a component.
    private static void Unref(JsonNode? node, string root)
    {
        switch (node)
        {
            case JsonObject obj:
                if (obj["$ref"]?.GetValue<string>() is { } reference && reference.StartsWith('#'))
                {
                    obj["$ref"] = root + reference[1..];
                }
                foreach (var (_, child) in obj)
                {
                    Unref(child, root);
                }
                break;
            case JsonArray array:
                foreach (var child in array)
                {
                    Unref(child, root);
                }
                break;
        }
    }
}
