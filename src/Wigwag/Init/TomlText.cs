namespace Wigwag.Program.Init;

/// <summary>The tables of a TOML file by the lines that they begin on. Enough to put one in and to take it out; no value is read.</summary>
internal static class TomlText
{
    /// <summary>A table from its header's first character to one past its last line's end.</summary>
    internal sealed record Table(string Name, int Start, int End);

    /// <summary>The tables with a header of their own, in order; names without blanks and quotes.</summary>
    public static List<Table> Tables(string text)
    {
        var starts = new List<(string Name, int At)>();
        var at = 0;
        while (at < text.Length)
        {
            var end = LineEnd(text, at);
            var line = text[at..end].Trim(' ', '\t', '\r', '\n', '\ufeff');
            if (line.StartsWith('[') && HeaderName(line) is { } name)
            {
                starts.Add((name, at));
            }
            // A value may go on over several lines, and hold what looks like a header.
            at = line.StartsWith('[') || line.StartsWith('#') ? end : ValueEnd(text, at, end);
        }
        return [.. starts.Select((start, i) => new Table(start.Name, start.At, i + 1 < starts.Count ? starts[i + 1].At : text.Length))];
    }

    /// <summary>Where a table goes: behind the last of its family, else at the end; and the text with the blank line that sets it off.</summary>
    public static Insertion Place(string text, string family, string table)
    {
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var block = string.Join(newLine, table.Split('\n'));
        var last = Tables(text).FindLast(known => known.Name == family || known.Name.StartsWith(family + ".", StringComparison.Ordinal));
        if (last is null || last.End == text.Length)
        {
            var before = text.Length == 0 ? "" : text.EndsWith('\n') ? newLine : newLine + newLine;
            return new(text.Length, before + block);
        }
        // Comments right above the next header belong to it.
        var content = text[last.Start..last.End];
        var lines = content.Split('\n');
        var keep = lines.Length;
        while (keep > 1 && lines[keep - 1].Trim() is "" || keep > 1 && lines[keep - 1].TrimStart().StartsWith('#'))
        {
            keep--;
        }
        var end = last.Start + string.Join('\n', lines.Take(keep)).Length + 1;
        return new(Math.Min(end, text.Length), newLine + block);
    }

    /// <summary>The text without a table, as it was before <see cref="Place"/>.</summary>
    public static string Remove(string text, Table table)
    {
        var content = text[table.Start..table.End];
        var lines = content.Split('\n');
        var keep = lines.Length;
        while (keep > 1 && (lines[keep - 1].Trim() is "" || lines[keep - 1].TrimStart().StartsWith('#')))
        {
            keep--;
        }
        var end = Math.Min(table.Start + string.Join('\n', lines.Take(keep)).Length + 1, table.End);
        var start = table.Start;
        if (text[..start].EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            start -= 2;
        }
        else if (text[..start].EndsWith("\n\n", StringComparison.Ordinal) || text[..start] == "\n")
        {
            start--;
        }
        return text.Remove(start, end - start);
    }

    private static string? HeaderName(string line)
    {
        var open = line.StartsWith("[[", StringComparison.Ordinal) ? 2 : 1;
        var close = line.IndexOf(']', StringComparison.Ordinal);
        return close < 0 ? null : string.Concat(line[open..close].Where(c => c is not (' ' or '\t' or '"' or '\'')));
    }

    private static int ValueEnd(string text, int at, int lineEnd)
    {
        var depth = 0;
        while (at < text.Length)
        {
            switch (text[at])
            {
                case '#':
                    at = LineEnd(text, at) - 1;
                    break;
                case '"' or '\'':
                    at = StringEnd(text, at);
                    break;
                case '[' or '{':
                    depth++;
                    break;
                case ']' or '}':
                    depth--;
                    break;
                case '\n' when depth <= 0:
                    return at + 1;
            }
            at++;
        }
        return Math.Max(at, lineEnd);
    }

    /// <summary>The last character of a string, of one line or many.</summary>
    private static int StringEnd(string text, int at)
    {
        var quote = text[at];
        var isLong = string.CompareOrdinal(text, at, new string(quote, 3), 0, 3) == 0;
        var close = isLong ? new string(quote, 3) : quote.ToString();
        for (at += close.Length; at < text.Length; at++)
        {
            if (text[at] == '\\' && quote == '"')
            {
                at++;
            }
            else if (string.CompareOrdinal(text, at, close, 0, close.Length) == 0)
            {
                return at + close.Length - 1;
            }
            else if (text[at] == '\n' && !isLong)
            {
                return at - 1;
            }
        }
        return text.Length;
    }

    private static int LineEnd(string text, int at) => text.IndexOf('\n', at) is var end && end < 0 ? text.Length : end + 1;
}
