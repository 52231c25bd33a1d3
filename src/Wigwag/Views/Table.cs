namespace Wigwag.Program.Views;

/// <summary>Rows of text in columns that fit the terminal; off a terminal, one row a line with tabs between, whole.</summary>
internal sealed class Table(params string[] headings)
{
    private const int Gap = 2;
    private const int Narrowest = 6;

    private readonly List<(string Text, Style Style)[]> _rows = [];

    public void Row(params (string Text, Style Style)[] cells) => _rows.Add(cells);

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
        var shown = Enumerable.Range(0, headings.Length).Where(column => _rows.Any(row => row[column].Text.Length > 0)).ToArray();
        var widths = shown.Select(column => _rows.Max(row => Cells.Width(row[column].Text))).ToArray();
        for (var i = 0; i < widths.Length; i++)
        {
            widths[i] = Math.Max(widths[i], headings[shown[i]].Length);
        }
        Fit(widths, terminal.Columns - (Gap * (widths.Length - 1)));
        Line(terminal, shown, widths, [.. headings.Select(heading => (heading.ToUpperInvariant().Replace('_', ' '), Style.Dim))]);
        foreach (var row in _rows)
        {
            Line(terminal, shown, widths, row);
        }
    }

    // The widest column gives way first, so that ids and states stay whole while a subject is cut.
    private static void Fit(int[] widths, int columns)
    {
        while (widths.Sum() > columns && widths.Max() is var widest && widest > Narrowest)
        {
            widths[Array.LastIndexOf(widths, widest)]--;
        }
    }

    private static void Line(Terminal terminal, int[] shown, int[] widths, (string Text, Style Style)[] cells)
    {
        for (var i = 0; i < shown.Length; i++)
        {
            var (text, style) = cells[shown[i]];
            var fitted = Cells.Fit(text, widths[i]);
            var isLast = i == shown.Length - 1;
            terminal.Write(terminal.Styled(style, fitted)).Write(isLast ? "" : new string(' ', Math.Max(0, widths[i] - Cells.Width(fitted)) + Gap));
        }
        terminal.Line();
    }
}
