using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Wigwag.Program.Init;

/// <summary>The tables of a TOML file by the lines that they begin on: to put one in and to take it out, and nothing else moves.</summary>
internal static class TomlText
{
    /// <summary>A table from its header's first character to one past its last line's end.</summary>
    internal sealed record Table(string Name, int Start, int End);

    /// <summary>A table exactly as Wigwag writes it, whatever program it names.</summary>
    internal sealed record Written(Table Table, string Command)
    {
        /// <summary>The change that makes it the wanted one; only the program's name changes.</summary>
        public Insertion ReplacedBy(Wanted.Table wanted, string text)
        {
            var at = text.IndexOf("command", Table.Start + 1 + wanted.Name.Length, StringComparison.Ordinal);
            var line = text[at..LineEnd(text, at)].TrimEnd('\r', '\n');
            return new(at, wanted.Text.Split('\n')[1], line);
        }
    }

    /// <summary>Refuses a file that is not TOML: what is put into it would be read by nobody, or as something else.</summary>
    /// <exception cref="FormatException">It is not; says where.</exception>
    public static void Check(string text)
    {
        if (Parse(text).Diagnostics.FirstOrDefault(each => each.Kind == DiagnosticMessageKind.Error) is { } error)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {error.Span.Start.Line + 1} is not TOML"));
        }
    }

    /// <summary>True when a file gives this key a value, as a table, within one, with dots, or inline.</summary>
    public static bool Defines(string text, IReadOnlyList<string> key)
    {
        var document = Parse(text);
        return document.KeyValues.Any(pair => Leads([], pair, key))
            || document.Tables.Any(table => table.Name is { } name && Parts(name) is var parts && (Begins(parts, key) || table.Items.Any(pair => Leads(parts, pair, key))));
    }

    /// <summary>The table of that name, where it is exactly as Wigwag writes it: with a line or a table more it is somebody's own.</summary>
    public static Written? Find(string text, Wanted.Table wanted)
    {
        var all = Tables(text);
        if (all.FindAll(table => table.Name == wanted.Name || table.Name.StartsWith(wanted.Name + ".", StringComparison.Ordinal)) is not [var found] || found.Name != wanted.Name)
        {
            return null;
        }
        var own = text[found.Start..found.End].Split('\n').Select(line => line.Trim()).ToList();
        own = own[..(own.FindLastIndex(line => line.Length > 0 && !line.StartsWith('#')) + 1)];
        var lines = wanted.Text.TrimEnd('\n').Split('\n');
        return own.Count == lines.Length && own[0].TrimStart('\ufeff') == lines[0] && own[2] == lines[2] && own[1].StartsWith("command = \"", StringComparison.Ordinal) && own[1].EndsWith('"')
            && Value(own[1]) is { } command && Path.GetFileName(command) == "wigwag" ? new(found, command) : null;
    }

    private static string? Value(string line) =>
        Parse(line) is { HasErrors: false } document && document.KeyValues.FirstOrDefault()?.Value is StringValueSyntax { Value: { } text } ? text : null;

    private static DocumentSyntax Parse(string text) => SyntaxParser.Parse(text.StartsWith('\ufeff') ? text[1..] : text, "", validate: true);

    private static bool Leads(IReadOnlyList<string> within, KeyValueSyntax pair, IReadOnlyList<string> key)
    {
        if (pair.Key is null)
        {
            return false;
        }
        List<string> whole = [.. within, .. Parts(pair.Key)];
        return Begins(whole, key) || pair.Value is InlineTableSyntax inline && inline.Items.Any(item => item.KeyValue is { } inner && Leads(whole, inner, key));
    }

    private static bool Begins(IReadOnlyList<string> whole, IReadOnlyList<string> key) => whole.Take(key.Count).SequenceEqual(key, StringComparer.Ordinal);

    private static List<string> Parts(KeySyntax key) => [.. key.DotKeys.Select(dotted => dotted.Key).Prepend(key.Key).Select(Text)];

    private static string Text(BareKeyOrStringValueSyntax? part) => part switch
    {
        BareKeySyntax { Key.Text: { } bare } => bare,
        StringValueSyntax { Value: { } quoted } => quoted,
        _ => "",
    };

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
