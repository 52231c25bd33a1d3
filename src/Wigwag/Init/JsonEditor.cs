using System.Text;
using System.Text.Json.Nodes;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Init;

/// <summary>
/// Puts values into a JSON file and takes them out, as a careful person with a text editor does: in the file's own indentation, behind what
/// is there, touching nothing else.
/// </summary>
internal sealed class JsonEditor
{
    private readonly List<Insertion> _insertions = [];

    public JsonEditor(string text) => Text = text;

    public string Text { get; private set; }

    /// <summary>What was put in, in its order.</summary>
    public IReadOnlyList<Insertion> Insertions => _insertions;

    /// <summary>The file's object; makes one in a file that holds nothing.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public JsonText Root()
    {
        if (JsonText.Parse(Text) is not { } root)
        {
            Put(Text.Length, $"{(Text.Length > 0 && !Text.EndsWith('\n') && Text != "\ufeff" ? "\n" : "")}{{}}\n");
            root = JsonText.Parse(Text)!;
        }
        return root.Kind == JsonKind.Object ? root : throw new FormatException("the file holds no object");
    }

    /// <summary>The value that a path of names leads to, or null.</summary>
    public JsonText? Find(params IEnumerable<string> path) => path.Aggregate((JsonText?)Root(), (at, name) => at?[name]);

    /// <summary>Gives an object a member; the objects on the way to it are made.</summary>
    /// <exception cref="FormatException">Something on the way is no object.</exception>
    public void SetMember(IReadOnlyList<string> path, string name, JsonNode value)
    {
        var at = Root();
        for (var i = 0; i < path.Count; i++)
        {
            if (at[path[i]] is not { } next)
            {
                for (var j = path.Count - 1; j > i; j--)
                {
                    (name, value) = (path[j], new JsonObject { [name] = value });
                }
                Add(at, path[i], new JsonObject { [name] = value });
                return;
            }
            at = next.Kind == JsonKind.Object ? next : throw new FormatException($"'{path[i]}' is no object");
        }
        Add(at, name, value);
    }

    /// <summary>Puts an element at the end of a list, which is made when it is not there.</summary>
    /// <exception cref="FormatException">Something on the way is no object, or there is no list at its end.</exception>
    public void Append(IReadOnlyList<string> path, JsonNode element)
    {
        if (Find(path) is not { } list)
        {
            SetMember([.. path.Take(path.Count - 1)], path[^1], new JsonArray(element));
            return;
        }
        Add(list.Kind == JsonKind.List ? list : throw new FormatException($"'{path[^1]}' is no list"), "", element);
    }

    /// <summary>Puts another value in the place of one; what stood there is remembered.</summary>
    public void Replace(JsonText item, JsonNode value)
    {
        var isOneLine = !Text.AsSpan(item.Start, item.End - item.Start).Contains('\n');
        var insertion = new Insertion(item.Start, Write(value, isOneLine ? null : IndentOf(item.Start)), Text[item.Start..item.End]);
        Text = insertion.Into(Text);
        _insertions.Add(insertion);
    }

    /// <summary>Takes an item out of its container, with the comma and the blanks that came with it.</summary>
    public void Remove(JsonText container, JsonText item)
    {
        var place = container.Items.IndexOf(item);
        if (place + 1 < container.Items.Count)
        {
            var next = container.Items[place + 1].MemberStart;
            // Comments of others stay.
            var comments = Text[item.End..next].Remove(Comma(item.End) - item.End, 1).TrimStart();
            Text = Text[..item.MemberStart] + comments + Text[next..];
            return;
        }
        if (place == 0)
        {
            var (start, end) = (container.Start + 1, container.End - 1);
            // Comments of others stay.
            var rest = Joined(Text[start..item.MemberStart].TrimEnd(), Text[(container.TrailingComma >= 0 ? container.TrailingComma + 1 : item.End)..end]);
            Text = Text[..start] + Joined(string.IsNullOrWhiteSpace(rest) ? "" : rest, Text[end..]);
            return;
        }
        var before = container.Items[place - 1].End;
        var between = Text[before..item.MemberStart];
        var kept = between.Trim() == "," ? "" : between.Remove(Comma(before) - before, 1).TrimEnd();
        Text = Text[..before] + Joined(kept, Text[item.End..]);
    }

    // A comment that goes to the end of its line must not swallow what follows.
    private string Joined(string comments, string rest) =>
        comments[(comments.LastIndexOf('\n') + 1)..].Contains("//", StringComparison.Ordinal) && !rest.TrimStart(' ', '\t', '\r').StartsWith('\n') ? comments + NewLine + rest : comments + rest;

    private int Comma(int at)
    {
        JsonText.Trivia(Text, ref at);
        return at;
    }

    private void Add(JsonText container, string name, JsonNode value)
    {
        var label = name.Length == 0 ? "" : Json.Quote(name) + ": ";
        var isOneLine = container.Items.Count > 0 && !Text.AsSpan(container.Start, container.End - container.Start).Contains('\n');
        if (isOneLine)
        {
            Put(container.Items[^1].End, ", " + label + Write(value, indent: null));
            return;
        }
        var outer = IndentOf(container.Start);
        var indent = container.Items.Count > 0 && IsFirstOfLine(container.Items[0].MemberStart)
            ? IndentOf(container.Items[0].MemberStart)
            : outer + Unit();
        var member = $"{NewLine}{indent}{label}{Write(value, indent)}";
        if (container.Items.Count == 0)
        {
            var inside = Text[(container.Start + 1)..(container.End - 1)];
            Put(container.Start + 1, member + (inside.Contains('\n') ? "" : NewLine + outer));
            return;
        }
        var last = container.Items[^1].End;
        if (container.TrailingComma >= 0)
        {
            Put(BehindComments(container.TrailingComma + 1), member);
        }
        else if (BehindComments(last) is var behind && behind > last)
        {
            Put(last, ",");
            Put(behind + 1, member);
        }
        else
        {
            Put(last, "," + member);
        }
    }

    /// <summary>The end of the comments that follow on the same line, for they belong to what stands before them.</summary>
    private int BehindComments(int at)
    {
        var end = at;
        while (at < Text.Length)
        {
            if (Text[at] is ' ' or '\t')
            {
                at++;
            }
            else if (JsonText.CommentEnd(Text, at) is { } comment)
            {
                end = at = comment;
            }
            else
            {
                break;
            }
        }
        return end;
    }

    private void Put(int at, string text)
    {
        var insertion = new Insertion(at, text);
        Text = insertion.Into(Text);
        _insertions.Add(insertion);
    }

    private string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    // One level of the file's indentation: that of the first line that has any.
    private string Unit()
    {
        foreach (var line in Text.Split('\n').Skip(1))
        {
            var blanks = line.Length - line.TrimStart(' ', '\t').Length;
            if (blanks > 0 && blanks < line.TrimEnd('\r').Length && line[blanks] is '"' or '{' or '[')
            {
                return line[..blanks];
            }
        }
        return "  ";
    }

    private string IndentOf(int at)
    {
        var start = Text.LastIndexOf('\n', Math.Max(at - 1, 0)) + 1;
        var end = start;
        while (end < at && Text[end] is ' ' or '\t')
        {
            end++;
        }
        return Text[start..end];
    }

    private bool IsFirstOfLine(int at) => IndentOf(at).Length is var blanks && at - blanks is var start && (start == 0 || Text[start - 1] == '\n');

    /// <summary>The value as text: on one line without an indentation, else each member on its own, and a list of texts on one.</summary>
    private string Write(JsonNode value, string? indent)
    {
        var deeper = indent + Unit();
        switch (value)
        {
            case JsonObject { Count: > 0 } members:
                var pairs = members.Select(member => (Json.Quote(member.Key), Write(member.Value!, indent is null ? null : deeper)));
                return indent is null
                    ? $"{{ {string.Join(", ", pairs.Select(pair => $"{pair.Item1}: {pair.Item2}"))} }}"
                    : Block('{', '}', pairs.Select(pair => $"{pair.Item1}: {pair.Item2}"), indent, deeper);
            case JsonArray { Count: > 0 } items when indent is not null && items.Any(item => item is JsonObject):
                return Block('[', ']', items.Select(item => Write(item!, deeper)), indent, deeper);
            case JsonArray items:
                return $"[{string.Join(", ", items.Select(item => Write(item!, indent: null)))}]";
            case JsonValue text when text.TryGetValue<string>(out var characters):
                return Json.Quote(characters);
            default:
                return value.ToJsonString();
        }
    }

    private string Block(char open, char close, IEnumerable<string> lines, string indent, string deeper)
    {
        var block = new StringBuilder().Append(open);
        block.AppendJoin(',', lines.Select(line => NewLine + deeper + line));
        return block.Append(NewLine).Append(indent).Append(close).ToString();
    }
}
