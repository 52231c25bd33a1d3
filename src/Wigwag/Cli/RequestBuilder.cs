using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>Makes the HTTP request of an operation from what was typed.</summary>
/// <param name="fact">The JSON of a fact of the workspace, or null when there is none.</param>
/// <param name="inputs">Reads standard input and the files to attach; null for a request that names none.</param>
internal sealed class RequestBuilder(Func<string, string?> fact, Inputs? inputs = null)
{
    private readonly Inputs _inputs = inputs ?? new();

    public Call Build(Command command, CommandLine line, string? idempotencyKey)
    {
        var space = command.Http.IndexOf(' ');
        var (method, route) = (command.Http[..space], command.Http[(space + 1)..]);
        var target = new StringBuilder();
        var inRoute = new HashSet<string>();
        foreach (var segment in route[1..].Split('/'))
        {
            target.Append('/');
            if (!segment.StartsWith('{'))
            {
                target.Append(segment);
                continue;
            }
            var name = segment.Trim('{', '}');
            inRoute.Add(name);
            target.Append(Percent.Encode(line.Value(name) ?? FromFact(command, name) ?? "-"));
        }
        var rest = command.Fields.Where(field => !inRoute.Contains(field.Name)).ToList();
        var takesBody = method is not ("GET" or "DELETE");
        if (!takesBody)
        {
            AppendQuery(target, line, rest);
        }
        var body = takesBody ? Body(line, rest) : [];
        if (body.Length > RequestLimits.JsonBytes)
        {
            throw new Refusal(Error.TooLarge(
                "body_too_large", $"'{command.Words}' would send {body.Length} bytes, and a request has at most {RequestLimits.JsonBytes}.", "Nothing was sent. Say less, or send the long part as a file with --attach."));
        }
        if (method.Length + target.Length + " HTTP/1.1\r\n ".Length > RequestLimits.LineBytes)
        {
            throw new Refusal(Error.TooLarge(
                "request_too_large", $"'{command.Words}' asks for more than an address of {RequestLimits.LineBytes} bytes holds.", "Ask for less in one command: a shorter text, or fewer names."));
        }
        return new()
        {
            Method = method,
            Target = target.ToString(),
            Body = body,
            IdempotencyKey = command.IsQuery ? null : idempotencyKey,
            Patience = TimeSpan.FromMinutes(2) + Waits(command, line),
        };
    }

    private string Text(Field field, string value) => value == "-" && field.Kind == FieldKind.Text ? _inputs.Text() : value;

    private string? FromFact(Command command, string name) =>
        command.Fields.FirstOrDefault(field => field.Name == name)?.Fact is { } named && fact(named) is { } json
            ? Transport.Json.Parse(json).Text
            : null;

    private static TimeSpan Waits(Command command, CommandLine line)
    {
        var waits = TimeSpan.Zero;
        foreach (var field in command.Fields)
        {
            if (line.Value(field.Name) is { } value)
            {
                waits += field.Kind switch
                {
                    FieldKind.Duration => line.Duration(field.Name)!.Value,
                    FieldKind.Seconds => TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)),
                    _ => TimeSpan.Zero,
                };
            }
        }
        return waits;
    }

    private void AppendQuery(StringBuilder target, CommandLine line, List<Field> fields)
    {
        var separator = '?';
        foreach (var field in fields)
        {
            foreach (var value in line.Values(field.Name))
            {
                target.Append(separator).Append(field.Name).Append('=').Append(Percent.Encode(Text(field, value)));
                separator = '&';
            }
        }
    }

    private byte[] Body(CommandLine line, List<Field> fields)
    {
        var body = new StringBuilder("{");
        foreach (var field in fields)
        {
            var values = line.Values(field.Name);
            var json = values.Count == 0 && !(field.IsMany && line.Has(field.Name))
                ? field.Fact is null ? null : fact(field.Fact)
                : field.IsMany ? $"[{string.Join(',', values.Select(value => Json(field, value)))}]" : Json(field, values[0]);
            if (json is not null)
            {
                body.Append(body.Length > 1 ? "," : "").Append('"').Append(field.Name).Append("\":").Append(json);
            }
        }
        return Encoding.UTF8.GetBytes(body.Append('}').ToString());
    }

    private string Json(Field field, string value)
    {
        switch (field.Kind)
        {
            case FieldKind.Flag:
                return value;
            case FieldKind.Number or FieldKind.Seconds:
                return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                    ? whole.ToString(CultureInfo.InvariantCulture)
                    : double.Parse(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
            case FieldKind.File:
                return _inputs.Attachment(value);
            case FieldKind.Json:
                var text = value == "-" ? _inputs.Text() : value;
                try
                {
                    Transport.Json.Parse(text);
                    return text;
                }
                catch (IOException e)
                {
                    throw Refusal.Usage($"--{field.Option} takes JSON: {e.Message}", "Quote it for the shell, or give it on standard input with -.");
                }
            default:
                return Transport.Json.Quote(Text(field, value));
        }
    }
}
