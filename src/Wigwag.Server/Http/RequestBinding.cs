using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Http;

/// <summary>Makes the request record of one operation from route, query string and body.</summary>
internal sealed class RequestBinding
{
    public static readonly Error NotJson = Error.Invalid(
        "unsupported_media_type", "The body is not declared as JSON.", "Send it with Content-Type: application/json.");

    /// <summary>Stands in a path for a property that is left out: <c>/v1/projects/-/inbox</c> is one's own project's.</summary>
    public const string LeftOut = "-";

    private const string Smaller = "Send less; attachments go to PUT /v1/attachments.";

    private readonly Operation _operation;
    private readonly RequestReader _reader;
    private readonly int _bodyBytes;
    private readonly bool _takesBody;
    private readonly int _segments;
    private readonly (int Segment, string Name)[] _route;

    public RequestBinding(Operation operation, int bodyBytes)
    {
        (_operation, _reader, _bodyBytes) = (operation, new RequestReader(operation), bodyBytes);
        var (method, pattern) = OperationRoutes.Split(operation.Http);
        _takesBody = method is not ("GET" or "DELETE");
        var segments = pattern.Split('/');
        _segments = segments.Length;
        _route = [.. segments.Index().Where(segment => segment.Item.StartsWith('{')).Select(segment => (segment.Index, segment.Item.Trim('{', '}')))];
    }

    public async ValueTask<Result<object>> Bind(HttpContext context)
    {
        var given = new List<KeyValuePair<string, JsonNode>>();
        if (FromRoute(context, given) is { } badRoute)
        {
            return badRoute;
        }
        if (FromQuery(context.Request.Query, given) is { } badQuery)
        {
            return badQuery;
        }
        if (!_takesBody)
        {
            return _reader.Read([], given);
        }
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return _reader.Read([], given);
        }
        if (context.Request.ContentLength is not 0 && !IsJson(context.Request.ContentType))
        {
            return NotJson;
        }
        return await FromBody(context, given);
    }

    private async ValueTask<Result<object>> FromBody(HttpContext context, List<KeyValuePair<string, JsonNode>> given)
    {
        if (context.Request.ContentLength > _bodyBytes)
        {
            return RequestBody.TooLarge(_bodyBytes, Smaller);
        }
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > _bodyBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return RequestBody.TooLarge(_bodyBytes, Smaller);
            }
            if (read.IsCompleted)
            {
                var result = read.Buffer.IsSingleSegment ? _reader.Read(read.Buffer.FirstSpan, given) : _reader.Read(read.Buffer.ToArray(), given);
                reader.AdvanceTo(read.Buffer.End);
                return result;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // The values come from the target as it was sent, unescaped once: Kestrel's path keeps %2F but unescapes the rest, so that
    // %2F and %252F are one and the same in it.
    private Error? FromRoute(HttpContext context, List<KeyValuePair<string, JsonNode>> given)
    {
        if (_route.Length == 0)
        {
            return null;
        }
        var segments = RawPath(context).Split('/');
        if (segments.Length != _segments)
        {
            return Error.Invalid("bad_path", "The path holds '.' or '..' or empty segments.", "Send the path in its plain form, and a slash within an id as %2F.");
        }
        foreach (var (segment, name) in _route)
        {
            // A path cannot leave a segment out: a dash stands for a property that may be.
            if (segments[segment] == "-" && _reader.Property(name) is { IsRequired: false })
            {
                continue;
            }
            if (Typed(name, Uri.UnescapeDataString(segments[segment])) is not { } value)
            {
                return BadText(name);
            }
            given.Add(new(name, value));
        }
        return null;
    }

    internal static string RawPath(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        return path.StartsWith('/') || !Uri.TryCreate(target, UriKind.Absolute, out var absolute) ? path : absolute.AbsolutePath;
    }

    private Error? FromQuery(IQueryCollection query, List<KeyValuePair<string, JsonNode>> given)
    {
        foreach (var (name, values) in query)
        {
            if (_takesBody)
            {
                return Error.Invalid("unexpected_query", $"{_operation.Name} takes its properties in the JSON body, not in the query string.", "Move them to the body.");
            }
            if (given.Exists(pair => pair.Key == name))
            {
                return Error.Invalid("duplicate_property", $"'{name}' of {_operation.Name} is given twice.", "Leave it out of the query string; it is in the path.");
            }
            if (Value(name, values) is not { } value)
            {
                return BadText(name);
            }
            given.Add(new(name, value));
        }
        return null;
    }

    private JsonNode? Value(string name, StringValues values)
    {
        if (_reader.Property(name) is { } property && property.PropertyType != typeof(string)
            && property.Options.GetTypeInfo(property.PropertyType) is { Kind: System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            var items = new JsonArray();
            foreach (var item in values.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)))
            {
                items.Add(Typed(element, item));
            }
            return items;
        }
        return values.Count == 1 ? Typed(name, values.ToString()) : null;
    }

    private JsonNode? Typed(string name, string text) => Typed(_reader.Property(name)?.PropertyType ?? typeof(string), text);

    // A text that is not a number stays a text; the reader then says what the property takes.
    private static JsonNode? Typed(Type type, string text)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(bool))
        {
            return text is "true" or "1" or "" ? true : text is "false" or "0" ? false : text;
        }
        if (plain == typeof(int) || plain == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : text;
        }
        if (plain == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : text;
        }
        return text;
    }

    private Error BadText(string name) =>
        Error.Invalid("bad_value", $"'{name}' of {_operation.Name} is given more than once, and takes one value.", "Send it once.");

    private static bool IsJson(string? contentType) =>
        contentType is not null && contentType.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
