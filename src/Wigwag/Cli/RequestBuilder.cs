using System.Globalization;
using System.Text;
using System.Text.Json;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>Makes the HTTP request of an operation from what was typed.</summary>
/// <param name="fact">The JSON of a fact of the workspace, or null when there is none.</param>
/// <param name="attach">Makes a file (or <c>-</c>) an attachment: writes the JSON object that stands for it.</param>
internal sealed class RequestBuilder(Func<string, string?> fact, Action<Utf8JsonWriter, string> attach)
{
    private string? _standardInput;

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
            target.Append(Uri.EscapeDataString(line.Value(name) ?? FromFact(command, name) ?? "-"));
        }
        var rest = command.Fields.Where(field => !inRoute.Contains(field.Name)).ToList();
        var takesBody = method is not ("GET" or "DELETE");
        if (!takesBody)
        {
            AppendQuery(target, line, rest);
        }
        return new()
        {
            Method = method,
            Target = target.ToString(),
            Body = takesBody ? Body(line, rest) : [],
            IdempotencyKey = command.IsQuery ? null : idempotencyKey,
            Patience = TimeSpan.FromMinutes(2) + Waits(command, line),
        };
    }

    /// <summary>Standard input as text, read once however often it is named.</summary>
    private string StandardInput()
    {
        if (_standardInput is null)
        {
            using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            _standardInput = reader.ReadToEnd();
        }
        return _standardInput;
    }

    private string Text(Field field, string value) => value == "-" && field.Kind == FieldKind.Text ? StandardInput() : value;

    private string? FromFact(Command command, string name) =>
        command.Fields.FirstOrDefault(field => field.Name == name)?.Fact is { } named && fact(named) is { } json
            ? JsonDocument.Parse(json).RootElement.GetString()
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
                target.Append(separator).Append(field.Name).Append('=').Append(Uri.EscapeDataString(Text(field, value)));
                separator = '&';
            }
        }
    }

    private byte[] Body(CommandLine line, List<Field> fields)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var field in fields)
            {
                var values = line.Values(field.Name);
                if (values.Count == 0)
                {
                    if (field.Fact is not null && fact(field.Fact) is { } known)
                    {
                        json.WritePropertyName(field.Name);
                        json.WriteRawValue(known);
                    }
                    continue;
                }
                json.WritePropertyName(field.Name);
                if (field.IsMany)
                {
                    json.WriteStartArray();
                }
                foreach (var value in values)
                {
                    WriteValue(json, field, value);
                }
                if (field.IsMany)
                {
                    json.WriteEndArray();
                }
            }
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    private void WriteValue(Utf8JsonWriter json, Field field, string value)
    {
        switch (field.Kind)
        {
            case FieldKind.Flag:
                json.WriteBooleanValue(value == "true");
                break;
            case FieldKind.Number or FieldKind.Seconds:
                if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                {
                    json.WriteNumberValue(whole);
                }
                else
                {
                    json.WriteNumberValue(double.Parse(value, CultureInfo.InvariantCulture));
                }
                break;
            case FieldKind.File:
                attach(json, value);
                break;
            case FieldKind.Json:
                try
                {
                    json.WriteRawValue(Text(field, value));
                }
                catch (JsonException e)
                {
                    throw Refusal.Usage($"--{field.Option} takes JSON: {e.Message}", "Quote it for the shell, or give it through a file.");
                }
                break;
            default:
                json.WriteStringValue(Text(field, value));
                break;
        }
    }
}
