using System.Text.Json;

namespace Wigwag.Program.Views;

/// <summary>Prints any answer for people, by its shape: a list as a table, one thing as its properties, long texts below.</summary>
internal static class AnswerView
{
    // What a list leaves out: they are there on asking for the one thing.
    private static readonly HashSet<string> Long = ["body", "description", "preview", "details"];

    public static void Write(Terminal terminal, JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Array)
        {
            Rows(terminal, answer);
            return;
        }
        if (answer.ValueKind != JsonValueKind.Object)
        {
            terminal.Line(Text(answer));
            return;
        }
        var lists = answer.EnumerateObject().Where(property => IsTable(property.Value)).ToList();
        var isList = lists.Count == 1 && answer.EnumerateObject().All(property => property.NameEquals(lists[0].Name) || IsAside(property));
        if (isList)
        {
            Rows(terminal, lists[0].Value);
            More(terminal, answer);
            return;
        }
        Properties(terminal, answer);
    }

    /// <summary>The properties of one thing, a line each; then its lists; then its texts.</summary>
    public static void Properties(Terminal terminal, JsonElement thing)
    {
        var plain = thing.EnumerateObject()
            .Where(property => !IsTable(property.Value) && !(Long.Contains(property.Name) || IsBlank(property.Value)))
            .ToList();
        var width = plain.Select(property => property.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var property in plain)
        {
            var label = property.Name.Replace('_', ' ');
            terminal.Line(terminal.IsInteractive
                ? $"{terminal.Styled(Style.Dim, label.PadRight(width))}  {terminal.Styled(Value.StyleOf(property.Name, property.Value), Value.Show(terminal, property.Name, property.Value))}"
                : $"{property.Name}: {Value.Show(terminal, property.Name, property.Value)}");
        }
        foreach (var property in thing.EnumerateObject())
        {
            if (IsTable(property.Value) && property.Value.GetArrayLength() > 0)
            {
                terminal.Line().Line(terminal.Styled(Style.Bold, property.Name.Replace('_', ' ')));
                Rows(terminal, property.Value);
            }
            else if (Long.Contains(property.Name) && property.Value.ValueKind == JsonValueKind.String && !IsBlank(property.Value))
            {
                terminal.Line().Line(Value.Paragraphs(property.Value.GetString()!));
            }
        }
    }

    /// <summary>A table of things, with these columns, or with every short property that one of them has.</summary>
    public static void Rows(Terminal terminal, JsonElement things, params string[] columns)
    {
        if (things.GetArrayLength() == 0)
        {
            if (terminal.IsInteractive)
            {
                terminal.Line(terminal.Styled(Style.Dim, "Nothing."));
            }
            return;
        }
        if (columns.Length == 0)
        {
            columns = [.. things.EnumerateArray()
                .Where(thing => thing.ValueKind == JsonValueKind.Object)
                .SelectMany(thing => thing.EnumerateObject())
                .Where(property => !Long.Contains(property.Name) && !IsTable(property.Value))
                .Select(property => property.Name)
                .Distinct()];
        }
        var table = new Table(columns.Length == 0 ? ["value"] : columns);
        foreach (var thing in things.EnumerateArray())
        {
            table.Row(thing.ValueKind == JsonValueKind.Object
                ? [.. columns.Select(column => thing.TryGetProperty(column, out var value)
                    ? (Value.Show(terminal, column, value), Value.StyleOf(column, value))
                    : ("", Style.Plain))]
                : [(Text(thing), Style.Plain)]);
        }
        table.Write(terminal);
    }

    /// <summary>What a list says besides its rows: that there is more, and how to see it.</summary>
    public static void More(Terminal terminal, JsonElement answer)
    {
        if (!terminal.IsInteractive)
        {
            return;
        }
        foreach (var property in answer.EnumerateObject())
        {
            if (property.Name.Contains("cursor", StringComparison.Ordinal) && !IsBlank(property.Value))
            {
                terminal.Line(terminal.Styled(Style.Dim, $"More: --cursor {Value.OneLine(property.Value.GetString() ?? "")}"));
            }
            else if (!IsTable(property.Value) && !IsBlank(property.Value))
            {
                terminal.Line(terminal.Styled(Style.Dim, $"{property.Name.Replace('_', ' ')}: {Value.Show(terminal, property.Name, property.Value)}"));
            }
        }
    }

    private static bool IsTable(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && (value.GetArrayLength() == 0 || value[0].ValueKind == JsonValueKind.Object);

    private static bool IsAside(JsonProperty property) =>
        property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False
        || property.Name.Contains("cursor", StringComparison.Ordinal) || property.NameEquals("project");

    private static bool IsBlank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? Value.OneLine(value.GetString()!) : value.GetRawText();
}
