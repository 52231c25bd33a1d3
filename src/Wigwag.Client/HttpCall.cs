using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;

namespace Wigwag.Client;

/// <summary>An operation's request as HTTP: method, path with query, and JSON body, from the operation's declaration.</summary>
/// <param name="Method">As declared.</param>
/// <param name="Target">Path and query, escaped.</param>
/// <param name="Body">The properties that are in neither; null where the method takes them from the query.</param>
public sealed record HttpCall(HttpMethod Method, string Target, byte[]? Body)
{
    /// <summary>What stands in the path for a property left out, such as the project that defaults to the caller's own.</summary>
    public const string LeftOut = "-";

    /// <param name="operation">What to do.</param>
    /// <param name="request">A record of the operation's request type.</param>
    public static HttpCall Of(Operation operation, object request)
    {
        var properties = JsonSerializer.SerializeToNode(request, operation.RequestType)!.AsObject();
        var (method, pattern) = operation.Http.Split(' ', 2) is [var first, var second] ? (first, second) : throw new FormatException(operation.Http);
        var target = new StringBuilder();
        foreach (var segment in pattern.Split('/').Skip(1))
        {
            target.Append('/').Append(segment is ['{', .. var name, '}'] ? Take(properties, name) : segment);
        }
        if (method is not ("GET" or "DELETE"))
        {
            return new(new HttpMethod(method), target.ToString(), Encoding.UTF8.GetBytes(properties.ToJsonString()));
        }
        var separator = '?';
        foreach (var (name, value) in properties.SelectMany(property => Texts(property.Value).Select(text => (property.Key, text))))
        {
            target.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return new(new HttpMethod(method), target.ToString(), null);
    }

    internal HttpRequestMessage Message() => new(Method, Target)
    {
        Content = Body is null ? null : new ByteArrayContent(Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    private static string Take(JsonObject properties, string name)
    {
        var text = properties[name] is { } value ? Text(value) : LeftOut;
        properties.Remove(name);
        return Uri.EscapeDataString(text);
    }

    private static IEnumerable<string> Texts(JsonNode? value) => value switch
    {
        null => [],
        JsonArray items => items.Where(item => item is not null).Select(item => Text(item!)),
        _ => [Text(value)],
    };

    private static string Text(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
