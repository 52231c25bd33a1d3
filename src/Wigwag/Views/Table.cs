namespace Wigwag.Program.Views;

/// <summary>One cell of a table.</summary>
internal sealed record Cell(string Text, Style Style = Style.Plain);

/// <summary>Rows of text in columns that fit the terminal; off a terminal, one row a line with tabs between, whole.</summary>
internal sealed class Table(IReadOnlyList<string> headings)
{
    private const int Gap = 2;
    private const int Narrowest = 6;

    private readonly List<Cell[]> _rows = [];

    public void Row(params Cell[] cells) => _rows.Add(cells);

    public void Write(Terminal terminal)
    {
        if (!terminal.IsInteractive)
        {
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
        Fit(widths, terminal.Columns);
        Line(terminal, widths, [.. headings.Select(heading => new Cell(heading.ToUpperInvariant().Replace('_', ' '), Style.Dim))]);
        foreach (var row in _rows)
        {
            Line(terminal, widths, row);
        }
    }

    // The widest column gives way first, so that ids and states stay whole while a subject is cut.
    private static void Fit(int[] widths, int columns)
    {
        while (Total(widths) > columns)
        {
            var widest = 0;
            for (var column = 1; column < widths.Length; column++)
            {
                widest = widths[column] >= widths[widest] ? column : widest;
            }
            if (widths[widest] <= Narrowest)
            {
                return;
            }
            widths[widest]--;
        }
    }

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
