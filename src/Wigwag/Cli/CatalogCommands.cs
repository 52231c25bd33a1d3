using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Wigwag.Core.Operations;

namespace Wigwag.Program.Cli;

/// <summary>Derives the commands from the catalog: words and positionals from each declaration, options from the request's contract.</summary>
internal static class CatalogCommands
{
    public static IEnumerable<Command> All() => Catalog.Operations.SelectMany(operation => operation.AlsoCli.Prepend(operation.Cli).Select(cli => Derive(operation, cli)));

    public static Command Derive(Operation operation) => Derive(operation, operation.Cli);

    private static Command Derive(Operation operation, string cli)
    {
        var parts = cli.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var words = Words(cli);
        var positionals = parts.Skip(words.Split(' ').Length).ToList();
        var schemas = operation.RequestType.GetJsonSchemaAsNode()["properties"]?.AsObject() ?? [];
        return new()
        {
            Words = words,
            Operation = operation.Name,
            Http = operation.Http,
            IsQuery = operation.Effect == Effect.Query,
            IsDeferrable = operation.IsDeferrable,
            Outcome = operation.CanBe?.Outcome.Text() ?? "",
            OutcomeWhen = operation.CanBe?.When ?? "",
            Title = operation.Title,
            Description = operation.Description,
            // The example is given in the operation's first words.
            Example = $"wigwag {words}{operation.Example["wigwag ".Length..][Words(operation.Cli).Length..]}",
            Fields = [.. operation.RequestType.Properties
                .Select(property => Derive(property, schemas[property.Name], positionals))
                .OrderBy(field => field.IsPositional ? field.Position : int.MaxValue)],
        };
    }

    private static string Words(string cli) => string.Join(' ', cli.Split(' ', StringSplitOptions.RemoveEmptyEntries).TakeWhile(part => part[0] is not ('<' or '[')));

    private static Field Derive(JsonPropertyInfo property, JsonNode? schema, List<string> positionals)
    {
        var position = positionals.FindIndex(part => part.Trim('<', '>', '[', ']').TrimEnd('.') == property.Name);
        var positional = position < 0 ? null : positionals[position];
        var fact = Attribute<FromWorkspaceAttribute>(property)?.Fact;
        var isFiles = Attribute<FilesAttribute>(property) is not null;
        var isMany = positional?.Contains("...", StringComparison.Ordinal) ?? (isFiles || Has(schema, "array"));
        var item = Has(schema, "array") ? (schema as JsonObject)?["items"] : schema;
        return new()
        {
            Name = property.Name,
            Option = Attribute<OptionAttribute>(property)?.Name ?? (positional is null ? property.Name.Replace('_', '-') : property.Name),
            Kind = isFiles ? FieldKind.File : Kind(property, item),
            IsRequired = positional is null ? property.IsRequired && fact is null : positional[0] == '<',
            IsMany = isMany,
            Position = position,
            Choices = Choices(item),
            Fact = fact?.ToString(),
            Paths = Attribute<RepositoryPathsAttribute>(property)?.Shape,
            Description = (Attribute<DescriptionAttribute>(property)?.Description ?? "").Replace(RepositoryPathsAttribute.FromRoot, PathArguments.FromHere, StringComparison.Ordinal),
        };
    }

    private static FieldKind Kind(JsonPropertyInfo property, JsonNode? schema)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return schema switch
        {
            _ when type == typeof(TimeSpan) => FieldKind.Duration,
            _ when Choices(schema).Count > 0 => FieldKind.Choice,
            _ when Has(schema, "boolean") => FieldKind.Flag,
            _ when Has(schema, "integer") || Has(schema, "number") =>
                property.Name.EndsWith("_seconds", StringComparison.Ordinal) ? FieldKind.Seconds : FieldKind.Number,
            _ when Has(schema, "object") => FieldKind.Json,
            _ => FieldKind.Text,
        };
    }

    private static List<string> Choices(JsonNode? schema) => schema is JsonObject described && described["enum"] is JsonArray names
        ? [.. names.Where(name => name is not null).Select(name => name!.GetValue<string>())]
        : [];

    private static bool Has(JsonNode? schema, string type) => schema is JsonObject described && described["type"] switch
    {
        JsonArray several => several.Any(each => each!.GetValue<string>() == type),
        JsonValue one => one.GetValue<string>() == type,
        _ => false,
    };

    private static T? Attribute<T>(JsonPropertyInfo property)
        where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: true).OfType<T>().FirstOrDefault();
}
