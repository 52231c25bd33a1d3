using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Agents;
using Wigwag.Core.Attachments;
using Wigwag.Core.Issues;
using Wigwag.Core.Keys;
using Wigwag.Core.Leases;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Security.Access;

/// <summary>One place in an operation's request that holds a value, however deep.</summary>
/// <param name="Path">The properties that lead there; a list's is its items'.</param>
/// <param name="Type">What it takes.</param>
internal sealed record RequestField(IReadOnlyList<JsonPropertyInfo> Path, Type Type)
{
    public string Name => string.Join('.', Path.Select(property => property.Name));
}

/// <summary>Every value that a request may hold, and requests with one of them chosen. A type that it does not know fails the test that asks.</summary>
internal static class RequestFields
{
    private static readonly Dictionary<Type, string> Ids = new()
    {
        [typeof(ProjectId)] = "project",
        [typeof(AgentId)] = "agent",
        [typeof(IssueId)] = "issue",
        [typeof(MessageId)] = "message",
        [typeof(ThreadId)] = "thread",
        [typeof(KeyId)] = "key",
        [typeof(LeaseId)] = "lease",
        [typeof(ContentId)] = "content",
    };

    // What names nothing: a fencing token counts within its project, which another property names.
    private static readonly HashSet<Type> Plain = [typeof(bool), typeof(int), typeof(long), typeof(double), typeof(DateTimeOffset), typeof(TimeSpan)];

    public static IEnumerable<RequestField> Of(Operation operation) => operation.RequestType.Properties.SelectMany(property => Under([property]));

    /// <summary>The kinds of things that a field may name: an id its own, a text any.</summary>
    public static IEnumerable<string> Kinds(RequestField field, Holdings holdings) => Ids.TryGetValue(field.Type, out var kind) ? [kind]
        : field.Type == typeof(string) ? holdings.Keys
        : Plain.Contains(field.Type) || field.Type.IsEnum ? []
        : throw new InvalidOperationException($"{field.Name} takes a {field.Type}. Say here what it may name, and have {nameof(ReachWorld)} hold one.");

    /// <summary>The request in which one field has this value and whatever else is needed names what is one's own.</summary>
    public static Dictionary<string, JsonNode> Fill(Operation operation, RequestField field, string target, Holdings own)
    {
        var values = new Dictionary<string, JsonNode>();
        foreach (var other in operation.RequestType.Properties.Where(other => other.IsRequired || operation.Http.Contains($"{{{other.Name}}}", StringComparison.Ordinal)))
        {
            values[other.Name] = Filling(other, own);
        }
        values[field.Path[0].Name] = Value(field, 0, target, own);
        // A place is a path on a host.
        if (field.Name == "path" && operation.RequestType.Properties.Any(other => other.Name == "host"))
        {
            values["host"] = "box";
        }
        // What waits answers at once.
        if (operation.RequestType.Properties.FirstOrDefault(other => other.Name is "timeout_seconds" or "timeout" or "seconds") is { } patience)
        {
            values[patience.Name] = 0;
        }
        return values;
    }

    public static HttpRequestMessage Message(Operation operation, Dictionary<string, JsonNode> values)
    {
        var (method, pattern) = (operation.Http.Split(' ')[0], operation.Http.Split(' ')[1]);
        var path = string.Join('/', pattern.Split('/').Select(segment =>
            segment.StartsWith('{') && values.Remove(segment.Trim('{', '}'), out var value) ? Uri.EscapeDataString(Text(value)) : segment));
        return method is "GET" or "DELETE"
            ? new(new HttpMethod(method), path + "?" + string.Join('&', values.Select(pair => $"{pair.Key}={Uri.EscapeDataString(Text(pair.Value))}")))
            : new(new HttpMethod(method), path)
            {
                Content = new StringContent(
                    new JsonObject(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString(), Encoding.UTF8, "application/json"),
            };
    }

    private static IEnumerable<RequestField> Under(IReadOnlyList<JsonPropertyInfo> path)
    {
        var (type, info) = Item(path[^1]);
        return info.Kind == JsonTypeInfoKind.Object ? info.Properties.SelectMany(property => Under([.. path, property])) : [new(path, type)];
    }

    // What a property takes, or each item of the list that it takes.
    private static (Type Type, JsonTypeInfo Info) Item(JsonPropertyInfo property)
    {
        var info = property.Options.GetTypeInfo(property.PropertyType);
        var type = info.Kind == JsonTypeInfoKind.Enumerable ? info.ElementType! : property.PropertyType;
        type = Nullable.GetUnderlyingType(type) ?? type;
        return (type, property.Options.GetTypeInfo(type));
    }

    private static JsonNode Value(RequestField field, int depth, string target, Holdings own)
    {
        var property = field.Path[depth];
        JsonNode value;
        if (depth == field.Path.Count - 1)
        {
            value = target;
        }
        else
        {
            var element = new JsonObject();
            foreach (var other in Item(property).Info.Properties.Where(other => other.IsRequired))
            {
                element[other.Name] = Filling(other, own);
            }
            element[field.Path[depth + 1].Name] = Value(field, depth + 1, target, own);
            value = element;
        }
        return property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable)) ? new JsonArray(value) : value;
    }

    private static JsonNode Filling(JsonPropertyInfo property, Holdings own) =>
        Ids.TryGetValue(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, out var kind) ? own[kind] : property.Name switch
        {
            "project" => own["project"],
            "agent" or "to" => own["agent"],
            _ => Schemas.Example(property)!,
        };

    private static string Text(JsonNode value) => value switch
    {
        JsonArray items => string.Join(',', items.Select(item => Text(item!))),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}
