using Wigwag.Program.Transport;

namespace Wigwag.Program.Views;

/// <summary>Prints any answer for people, by its shape: a list as a table, one thing as its properties, long texts below.</summary>
internal static class AnswerView
{
    public static void Write(Terminal terminal, Json answer)
    {
        if (IsTable(answer))
        {
            Rows(terminal, answer);
            return;
        }
        if (answer.Kind != JsonKind.Object)
        {
            terminal.Line(Value.Show(terminal, answer));
            return;
        }
        Json? list = null;
        foreach (var member in answer.Items)
        {
            if (IsTable(member) && list is null)
            {
                list = member;
            }
            else if (!IsAside(member))
            {
                list = null;
                break;
            }
        }
        if (list is not null)
        {
            Rows(terminal, list);
            More(terminal, answer);
            return;
        }
        Properties(terminal, answer);
    }

    /// <summary>The properties of one thing, a line each; then its lists; then its texts.</summary>
    public static void Properties(Terminal terminal, Json thing, params ReadOnlySpan<string> without)
    {
        var shown = new List<Json>();
        var width = 0;
        foreach (var member in thing.Items)
        {
            if (!IsTable(member) && !IsLong(member) && !member.IsBlank && !without.Contains(member.Name))
            {
                shown.Add(member);
                width = Math.Max(width, member.Name.Length);
            }
        }
        foreach (var member in shown)
        {
            var value = Value.Show(terminal, member);
            terminal.Line(terminal.IsInteractive
                ? terminal.Styled(Style.Dim, member.Name.Replace('_', ' ').PadRight(width)) + "  " + terminal.Styled(Value.StyleOf(member), value)
                : member.Name + ": " + value);
        }
        foreach (var member in thing.Items)
        {
            if (member.IsBlank || without.Contains(member.Name))
            {
                continue;
            }
            if (IsTable(member))
            {
                terminal.Line().Line(terminal.Styled(Style.Bold, member.Name.Replace('_', ' ')));
                Rows(terminal, member, OperationViews.ColumnsOf(member.Name));
            }
            else if (IsLong(member))
            {
                terminal.Line();
                if (member.Name == "close_reason")
                {
                    terminal.Line(terminal.Styled(Style.Bold, "close reason"));
                }
                LongText.Write(terminal, thing, member);
            }
        }
    }

    /// <summary>A table of things, with these columns (<c>from.agent=from</c> is one within another, and its heading), or with every short property that one of them has.</summary>
    public static void Rows(Terminal terminal, Json things, params IReadOnlyList<string> columns)
    {
        if (things.Items.Count == 0)
        {
            if (terminal.IsInteractive)
            {
                terminal.Line(terminal.Styled(Style.Dim, "Nothing."));
            }
            return;
        }
        columns = columns.Count > 0 ? columns : ColumnsOf(things);
        var table = new Table([.. columns.Select(column => column[(column.IndexOf('=') + 1)..])]);
        foreach (var thing in things.Items)
        {
            var cells = new Cell[columns.Count];
            for (var i = 0; i < cells.Length; i++)
            {
                var value = Find(thing, columns[i].Split('=')[0]);
                // A column of "no" says nothing; a "yes" among blanks does.
                var isNo = value?.Kind == JsonKind.False && terminal.IsInteractive;
                cells[i] = isNo ? new("") : new(Value.Show(terminal, value), Value.StyleOf(value));
            }
            table.Row(cells);
        }
        table.Write(terminal);
    }

    /// <summary>What a list says besides its rows: that there is more, and how to see it.</summary>
    public static void More(Terminal terminal, Json answer)
    {
        foreach (var member in terminal.IsInteractive ? answer.Items : [])
        {
            if (IsTable(member) || member.IsBlank || member.Kind == JsonKind.False)
            {
                continue;
            }
            terminal.Line(terminal.Styled(Style.Dim, IsCursor(member)
                ? $"More: --cursor {Value.OneLine(member.Text)}"
                : $"{member.Name.Replace('_', ' ')}: {Value.Show(terminal, member)}"));
        }
    }

    private static List<string> ColumnsOf(Json things)
    {
        var columns = new List<string>();
        foreach (var thing in things.Items)
        {
            foreach (var member in thing.Items)
            {
                if (!IsLong(member) && !IsTable(member) && !columns.Contains(member.Name))
                {
                    columns.Add(member.Name);
                }
            }
        }
        return columns;
    }

    private static Json? Find(Json? thing, string path)
    {
        foreach (var name in path.Split('.'))
        {
            thing = thing?[name];
        }
        return thing;
    }

    // What a list leaves out: it is there on asking for the one thing.
    private static bool IsLong(Json value) => value is { Kind: JsonKind.Text, Name: "body" or "close_reason" or "description" or "preview" };

    private static bool IsTable(Json value) => value.Kind == JsonKind.List && (value.Items.Count == 0 || value.Items[0].Kind == JsonKind.Object);

    private static bool IsAside(Json value) => value.Kind is JsonKind.Number or JsonKind.Null or JsonKind.True or JsonKind.False || IsCursor(value) || value.Name == "project";

    private static bool IsCursor(Json value) => value.Kind == JsonKind.Text && value.Name.Contains("cursor", StringComparison.Ordinal);
}
