using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wigwag.Core.Text;

namespace Wigwag.Security.Text;

/// <summary>Looks at what a face showed, for planted texts that stand outside a boundary, a quotation, or a field that is said to be others'.</summary>
internal sealed partial class Shown
{
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _loose = [];

    public IReadOnlySet<string> Seen => _seen;

    public IReadOnlyList<string> Loose => _loose;

    public int Pages { get; private set; }

    /// <summary>What a model or a person reads as it is.</summary>
    public void Page(string face, string text)
    {
        Begin(face, text, text);
        foreach (var line in WithoutBoundaries(text).Split('\n'))
        {
            Line(face, line);
        }
    }

    /// <summary>What a person sees on a terminal: long texts behind a margin.</summary>
    public void Screen(string face, string text)
    {
        var plain = Sgr().Replace(text.Replace("\r\n", "\n", StringComparison.Ordinal), "");
        Begin(face, plain, plain);
        foreach (var line in plain.Split('\n').Where(line => !line.StartsWith("│ ", StringComparison.Ordinal)))
        {
            Line(face, line);
        }
    }

    /// <summary>Typed data for a program, whose properties say what they are: nothing hidden may stand in it.</summary>
    public void Data(string face, string json) => Begin(face, json, json);

    /// <summary>The text of a tool's answer: JSON that stands alone, or begins it, is read as such.</summary>
    public void ToolText(string face, string text)
    {
        Begin(face, text, text);
        var head = text.Split("\n\n<<<wigwag ")[0];
        if (!text.StartsWith('{'))
        {
            Page(face, text);
            return;
        }
        Marked(face, JsonNode.Parse(head)!, []);
        Page(face, text[head.Length..]);
    }

    /// <summary>Data that says of itself which of its properties others wrote.</summary>
    public void Structured(string face, string json)
    {
        Begin(face, json, json);
        Marked(face, JsonNode.Parse(json)!, []);
    }

    private void Begin(string face, string text, string seen)
    {
        Pages++;
        _seen.UnionWith(Plants.MarksIn(seen));
        foreach (var hidden in text.EnumerateRunes().Where(rune => rune.Value is not ('\n' or '\t') && Sanitize.IsHidden(rune)).Take(1))
        {
            var around = Around(text, text.IndexOf(hidden.ToString(), StringComparison.Ordinal));
            _loose.Add($"{face}: U+{hidden.Value:x4}, which nobody sees or a terminal obeys: {around}");
        }
    }

    private void Marked(string face, JsonNode? node, IReadOnlyCollection<string> others, string name = "")
    {
        switch (node)
        {
            case JsonObject thing:
                others = thing["others_wrote"] is JsonArray wrote ? [.. others, .. wrote.Select(each => each!.GetValue<string>())] : others;
                foreach (var (property, value) in thing.Where(each => each.Key != "others_wrote"))
                {
                    Marked(face, value, others, property);
                }
                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Marked(face, item, others, name);
                }
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && !others.Contains(name):
                foreach (var line in WithoutBoundaries(value.GetValue<string>()).Split('\n'))
                {
                    Line($"{face} [{name}]", line);
                }
                break;
        }
    }

    // Every mark on a line stands between double quotes that no text in them closes, and not at the beginning.
    private void Line(string face, string line)
    {
        if (!Plants.MarksIn(line).Any())
        {
            return;
        }
        var outside = new StringBuilder();
        var isInside = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (isInside && line[i] == '\\')
            {
                i++;
            }
            else if (line[i] == '"')
            {
                isInside = !isInside;
            }
            else if (!isInside)
            {
                outside.Append(line[i]);
            }
        }
        if (outside.ToString().Split(' ', '\t').Any(IsLoose) || line.StartsWith('"'))
        {
            _loose.Add($"{face}: {(line.Length > 400 ? Around(line, Plants.Shape().Match(line).Index) : line)}");
        }
    }

    // A mark within a longer word is in a name, of a project for example, which has no room for a sentence.
    private static bool IsLoose(string word) => Plants.MarksIn(word).FirstOrDefault() is { } mark && !(Quotation.IsWord(word) && word.Length > mark.Length + 1);

    // A block counts only when the same mark ends it, and that mark is none that a text could have guessed.
    private static string WithoutBoundaries(string text) => Block().Replace(text, match => match.Groups["mark"].Value.Distinct().Count() > 4 ? "" : match.Value);

    private static string Around(string text, int at) => text[Math.Max(0, at - 150)..Math.Min(text.Length, at + 150)];

    [GeneratedRegex(@"<<<wigwag (?<mark>[0-9a-f]{32})>>>\n.*?\n<<<end wigwag \k<mark>>>>", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Sgr();
}
