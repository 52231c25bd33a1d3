namespace Wigwag.Program.Views;

/// <summary>One cell of a table.</summary>
internal sealed record Cell(string Text, Style Style = Style.Plain);

/// <summary>Rows of text in columns that fit the terminal; off a terminal, the headings and then one row a line with tabs between, whole.</summary>
internal sealed class Table(IReadOnlyList<string> headings)
{
    private const int Gap = 2;
    private const int Narrowest = 6;
    private const int Shortest = 16;

    private readonly List<Cell[]> _rows = [];

    public void Row(params Cell[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        if (!terminal.IsInteractive)
        {
            terminal.Line(string.Join('\t', headings));
            foreach (var row in _rows)
            {
                terminal.Line(string.Join('\t', row.Select(cell => cell.Text)));
            }
            return;
        }
        var widths = new int[headings.Count];
        for (var column = 0; column < widths.Length; column++)
        {
            foreach (var row in _rows)
            {
                widths[column] = Math.Max(widths[column], Cells.Width(row[column].Text));
            }
            // A column without anything in it is not shown.
            widths[column] = widths[column] == 0 ? 0 : Math.Max(widths[column], headings[column].Length);
        }
        widths = Fit(widths, terminal.Columns);
        Line(terminal, widths, [.. headings.Select(heading => new Cell(heading.ToUpperInvariant().Replace('_', ' '), Style.Dim))]);
        foreach (var row in _rows)
        {
            Line(terminal, widths, row);
        }
    }

    // A long text gives way first, then columns leave from the right, so that what stands there is whole and an id can be copied.
    private int[] Fit(int[] widths, int columns)
    {
        var fitted = Shrink([.. widths], columns, Shortest, IsText);
        for (var column = widths.Length - 1; column > 0 && Total(fitted) > columns; column--)
        {
            if (!IsKept(column))
            {
                widths[column] = 0;
                fitted = Shrink([.. widths], columns, Shortest, IsText);
            }
        }
        return Shrink(Shrink(fitted, columns, Narrowest, IsText), columns, Narrowest, _ => true);
    }

    // Down to a number of cells each.
    private static int[] Shrink(int[] widths, int columns, int least, Func<int, bool> mayShrink)
    {
        while (Total(widths) > columns)
        {
            var widest = -1;
            for (var column = 0; column < widths.Length; column++)
            {
                if (widths[column] > least && mayShrink(column) && (widest < 0 || widths[column] >= widths[widest]))
                {
                    widest = column;
                }
            }
            if (widest < 0)
            {
                break;
            }
            widths[widest]--;
        }
        return widths;
    }

    private bool IsText(int column) => !IsId(column);

    // What somebody may want to copy.
    private bool IsId(int column) =>
        headings[column] is "message" or "issue" or "agent" or "lease" or "holder" or "from" or "to" or "name" || headings[column].EndsWith("_id", StringComparison.Ordinal);

    // Without it, the row says nothing.
    private bool IsKept(int column) => IsId(column) || headings[column] is "subject" or "title" or "scope" or "path";

    private static int Total(int[] widths)
    {
        var total = -Gap;
        foreach (var width in widths)
        {
            total += width > 0 ? width + Gap : 0;
        }
        return total;
    }

    private static void Line(Terminal terminal, int[] widths, Cell[] cells)
    {
        var gap = 0;
        for (var column = 0; column < widths.Length; column++)
        {
            if (widths[column] > 0)
            {
                var text = Cells.Fit(cells[column].Text, widths[column]);
                terminal.Write(new string(' ', gap)).Write(terminal.Styled(cells[column].Style, text));
                gap = widths[column] - Cells.Width(text) + Gap;
            }
        }
        terminal.Line();
    }
}
