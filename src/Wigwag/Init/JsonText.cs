using System.Globalization;
using System.Text;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Init;

/// <summary>
/// A value where it stands in a configuration file: JSON, with the comments and trailing commas that clients allow in theirs. Everything
/// between the values stays where it is, because only places are read here and never the file written anew.
/// </summary>
internal sealed class JsonText
{
    private const int DeepestNesting = 64;

    private JsonText(JsonKind kind, int start) => (Kind, Start) = (kind, start);

    public JsonKind Kind { get; }

    /// <summary>The first character.</summary>
    public int Start { get; }

    /// <summary>One past the last character.</summary>
    public int End { get; private set; }

    /// <summary>Where the member begins, its name; for other values as <see cref="Start"/>.</summary>
    public int MemberStart { get; private set; }

    /// <summary>The name under which an object has it; empty outside an object.</summary>
    public string Name { get; private set; } = "";

    /// <summary>A text's characters, another simple value as it is written.</summary>
    public string Text { get; private set; } = "";

    public List<JsonText> Items { get; } = [];

    /// <summary>The comma behind the last item, or -1.</summary>
    public int TrailingComma { get; private set; } = -1;

    public JsonText? this[string name] => Kind == JsonKind.Object ? Items.FindLast(item => item.Name == name) : null;

    public string? TextOf(string name) => this[name] is { Kind: JsonKind.Text } member ? member.Text : null;

    /// <summary>The value of a whole file; null for one that holds nothing but blanks and comments.</summary>
    /// <exception cref="FormatException">It is not JSON; says where.</exception>
    public static JsonText? Parse(string text)
    {
        var at = text.StartsWith('\ufeff') ? 1 : 0;
        Trivia(text, ref at);
        if (at == text.Length)
        {
            return null;
        }
        var value = Value(text, ref at, 0);
        Trivia(text, ref at);
        return at == text.Length ? value : throw Malformed(text, at);
    }

    /// <summary>Steps over blanks and comments.</summary>
    public static void Trivia(string text, ref int at)
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\n' or '\r' or '\t')
            {
                at++;
            }
            else if (CommentEnd(text, at) is { } end)
            {
                at = end;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Where the comment ends that begins here, before the line's end; null when none begins.</summary>
    public static int? CommentEnd(string text, int at)
    {
        if (string.CompareOrdinal(text, at, "//", 0, 2) == 0)
        {
            var end = text.AsSpan(at).IndexOfAny('\r', '\n');
            return end < 0 ? text.Length : at + end;
        }
        if (string.CompareOrdinal(text, at, "/*", 0, 2) == 0)
        {
            var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            return end < 0 ? throw Malformed(text, at) : end + 2;
        }
        return null;
    }

    private static JsonText Value(string text, ref int at, int depth)
    {
        if (at >= text.Length || depth > DeepestNesting)
        {
            throw Malformed(text, at);
        }
        if (text[at] is '{' or '[')
        {
            return Structure(text, ref at, depth);
        }
        if (text[at] == '"')
        {
            var value = new JsonText(JsonKind.Text, at) { MemberStart = at };
            value.Text = String(text, ref at);
            value.End = at;
            return value;
        }
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-' or '+' or '.'))
        {
            at++;
        }
        var word = text[start..at];
        var kind = word switch
        {
            "true" => JsonKind.True,
            "false" => JsonKind.False,
            "null" => JsonKind.Null,
            _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => JsonKind.Number,
            _ => throw Malformed(text, start),
        };
        return new(kind, start) { MemberStart = start, End = at, Text = word };
    }

    private static JsonText Structure(string text, ref int at, int depth)
    {
        var isObject = text[at] == '{';
        var structure = new JsonText(isObject ? JsonKind.Object : JsonKind.List, at) { MemberStart = at };
        var close = isObject ? '}' : ']';
        at++;
        Trivia(text, ref at);
        while (at < text.Length && text[at] != close)
        {
            if (structure.Items.Count > 0 && structure.TrailingComma < 0)
            {
                throw Malformed(text, at);
            }
            structure.TrailingComma = -1;
            var start = at;
            var name = "";
            if (isObject)
            {
                name = text[at] == '"' ? String(text, ref at) : throw Malformed(text, at);
                Trivia(text, ref at);
                Expect(text, ref at, ':');
                Trivia(text, ref at);
            }
            var item = Value(text, ref at, depth + 1);
            (item.Name, item.MemberStart) = (name, start);
            structure.Items.Add(item);
            Trivia(text, ref at);
            if (at < text.Length && text[at] == ',')
            {
                structure.TrailingComma = at++;
                Trivia(text, ref at);
            }
        }
        Expect(text, ref at, close);
        structure.End = at;
        return structure;
    }

    private static string String(string text, ref int at)
    {
        var start = at++;
        var isPlain = true;
        while (at < text.Length && text[at] is not ('"' or '\n'))
        {
            isPlain &= text[at] != '\\';
            at += text[at] == '\\' ? 2 : 1;
        }
        if (at >= text.Length || text[at] != '"')
        {
            throw Malformed(text, start);
        }
        at++;
        if (isPlain)
        {
            return text[(start + 1)..(at - 1)];
        }
        try
        {
            return Json.Parse(text[start..at]).Text;
        }
        catch (IOException)
        {
            throw Malformed(text, start);
        }
    }

    private static void Expect(string text, ref int at, char c)
    {
        if (at >= text.Length || text[at] != c)
        {
            throw Malformed(text, at);
        }
        at++;
    }

    private static FormatException Malformed(string text, int at)
    {
        var line = new StringBuilder(text, 0, Math.Min(at, text.Length), Math.Max(at, 16)).ToString().Count(c => c == '\n') + 1;
        return new(string.Create(CultureInfo.InvariantCulture, $"line {line} is not JSON"));
    }
}
