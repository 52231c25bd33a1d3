using System.Globalization;
using System.Text;

namespace Wigwag.Program.Transport;

internal enum JsonKind
{
    Null,
    False,
    True,
    Number,
    Text,
    List,
    Object,
}

/// <summary>
/// A JSON value as a tree, and the texts of JSON. System.Text.Json would do the same and cost 15 ms of a command's 30, in methods
/// that have to be compiled at each start.
/// </summary>
internal sealed class Json
{
    private const int DeepestNesting = 64;

    private Json(JsonKind kind, string text, List<Json>? items, int start, int end) =>
        (Kind, Text, Items, Start, End) = (kind, text, items ?? [], start, end);

    public JsonKind Kind { get; }

    /// <summary>A text's characters, a number's digits; empty for the rest.</summary>
    public string Text { get; }

    /// <summary>The items of a list, or the members of an object, each with its <see cref="Name"/>.</summary>
    public IReadOnlyList<Json> Items { get; }

    /// <summary>The name under which an object has it; empty outside an object.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Where the value stands in the document, first character and one past the last.</summary>
    public int Start { get; }

    public int End { get; }

    /// <summary>The member of that name, or null.</summary>
    public Json? this[string name]
    {
        get
        {
            foreach (var item in Items)
            {
                if (Kind == JsonKind.Object && item.Name == name)
                {
                    return item;
                }
            }
            return null;
        }
    }

    /// <summary>The text of the member of that name, or null when there is none or it is no text.</summary>
    public string? TextOf(string name) => this[name] is { Kind: JsonKind.Text } member ? member.Text : null;

    /// <summary>True for null, an empty text and an empty list.</summary>
    public bool IsBlank => Kind switch
    {
        JsonKind.Null => true,
        JsonKind.Text => Text.Length == 0,
        JsonKind.List => Items.Count == 0,
        _ => false,
    };

    /// <summary>The value that a document holds.</summary>
    /// <exception cref="IOException">It is not JSON.</exception>
    public static Json Parse(string document)
    {
        var at = 0;
        var value = Value(document, ref at, 0);
        Skip(document, ref at);
        return at == document.Length ? value : throw Malformed(at);
    }

    public static Json Parse(ReadOnlySpan<byte> document) => Parse(Encoding.UTF8.GetString(document));

    /// <summary>A text as JSON writes it, in quotes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case < ' ' or '\u007f' or (>= '\ud800' and <= '\udfff'):
                    // Surrogates too: a lone one, which an argument may hold, has no other form in UTF-8.
                    quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    quoted.Append(c);
                    break;
            }
        }
        return quoted.Append('"').ToString();
    }

    private static Json Value(string document, ref int at, int depth)
    {
        Skip(document, ref at);
        if (at >= document.Length || depth > DeepestNesting)
        {
            throw Malformed(at);
        }
        var start = at;
        switch (document[at])
        {
            case '{' or '[':
                return Structure(document, ref at, depth);
            case '"':
                var text = String(document, ref at);
                return new(JsonKind.Text, text, null, start, at);
            case 't':
                return Word(document, ref at, "true", JsonKind.True);
            case 'f':
                return Word(document, ref at, "false", JsonKind.False);
            case 'n':
                return Word(document, ref at, "null", JsonKind.Null);
            case '-' or (>= '0' and <= '9'):
                while (at < document.Length && document[at] is '-' or '+' or '.' or 'e' or 'E' or (>= '0' and <= '9'))
                {
                    at++;
                }
                return new(JsonKind.Number, document[start..at], null, start, at);
            default:
                throw Malformed(at);
        }
    }

    private static Json Structure(string document, ref int at, int depth)
    {
        var start = at;
        var isObject = document[at++] == '{';
        var close = isObject ? '}' : ']';
        var items = new List<Json>();
        Skip(document, ref at);
        while (at < document.Length && document[at] != close)
        {
            if (items.Count > 0)
            {
                Expect(document, ref at, ',');
                Skip(document, ref at);
            }
            var name = "";
            if (isObject)
            {
                name = String(document, ref at);
                Skip(document, ref at);
                Expect(document, ref at, ':');
            }
            var item = Value(document, ref at, depth + 1);
            item.Name = name;
            items.Add(item);
            Skip(document, ref at);
        }
        Expect(document, ref at, close);
        return new(isObject ? JsonKind.Object : JsonKind.List, "", items, start, at);
    }

    private static string String(string document, ref int at)
    {
        Expect(document, ref at, '"');
        var start = at;
        StringBuilder? unescaped = null;
        while (at < document.Length && document[at] != '"')
        {
            if (document[at] != '\\')
            {
                unescaped?.Append(document[at]);
                at++;
                continue;
            }
            unescaped ??= new StringBuilder(document, start, at - start, 256);
            unescaped.Append(Escaped(document, ref at));
        }
        var text = unescaped is null ? document[start..Math.Min(at, document.Length)] : unescaped.ToString();
        Expect(document, ref at, '"');
        return text;
    }

    private static char Escaped(string document, ref int at)
    {
        at += 2;
        if (at > document.Length)
        {
            throw Malformed(at);
        }
        switch (document[at - 1])
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' when at + 4 <= document.Length && ushort.TryParse(document.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                at += 4;
                return (char)code;
            case var c and ('"' or '\\' or '/'):
                return c;
            default:
                throw Malformed(at);
        }
    }

    private static Json Word(string document, ref int at, string word, JsonKind kind)
    {
        if (string.CompareOrdinal(document, at, word, 0, word.Length) != 0)
        {
            throw Malformed(at);
        }
        at += word.Length;
        return new(kind, "", null, at - word.Length, at);
    }

    private static void Skip(string document, ref int at)
    {
        while (at < document.Length && document[at] is ' ' or '\n' or '\r' or '\t')
        {
            at++;
        }
    }

    private static void Expect(string document, ref int at, char c)
    {
        if (at >= document.Length || document[at] != c)
        {
            throw Malformed(at);
        }
        at++;
    }

    private static IOException Malformed(int at) => new($"That is not JSON (at character {at}).");
}
