using System.Globalization;
using System.Text;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>
/// Unicode normalization form C (UAX #15). The program runs in invariant globalization, where the framework's own
/// <c>string.Normalize</c> leaves everything but ASCII as it is and says so of nothing.
/// </summary>
internal static class Nfc
{
    // Every character below is its own normal form, also beside others.
    private const char FirstThatMayChange = '\u0300';

    private const int HangulFirst = 0xAC00;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailBefore = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Lazy<Table> Data = new(Read);

    private sealed record Table(
        Dictionary<int, byte> Classes, Dictionary<int, (int First, int Second)> Decompositions, Dictionary<(int First, int Second), int> Compositions);

    /// <summary>The text in form C. Text that is not well-formed UTF-16 has U+FFFD where it is not.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstThatMayChange, char.MaxValue) < 0)
        {
            return text;
        }
        var runes = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, runes);
        }
        Order(runes);
        var composed = new StringBuilder(text.Length);
        foreach (var rune in Compose(runes))
        {
            composed.Append(new Rune(rune).ToString());
        }
        return composed.ToString();
    }

    private static void Decompose(int rune, List<int> into)
    {
        if (rune - HangulFirst is >= 0 and < Leads * Vowels * Tails and var syllable)
        {
            into.Add(LeadFirst + (syllable / (Vowels * Tails)));
            into.Add(VowelFirst + (syllable / Tails % Vowels));
            if (syllable % Tails is > 0 and var tail)
            {
                into.Add(TailBefore + tail);
            }
        }
        else if (Data.Value.Decompositions.TryGetValue(rune, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second != 0)
            {
                into.Add(parts.Second); // the second of a pair never decomposes further
            }
        }
        else
        {
            into.Add(rune);
        }
    }

    // Marks in the order of their classes; those of one class stay as they are.
    private static void Order(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var (rune, kind) = (runes[i], Class(runes[i]));
            var at = i;
            for (; kind > 0 && at > 0 && Class(runes[at - 1]) > kind; at--)
            {
                runes[at] = runes[at - 1];
            }
            runes[at] = rune;
        }
    }

    private static List<int> Compose(List<int> runes)
    {
        var composed = new List<int>(runes.Count);
        var starter = -1;
        var last = -1; // class of what stands between the starter and the next mark
        foreach (var rune in runes)
        {
            var kind = Class(rune);
            if (starter >= 0 && last < kind && Pair(composed[starter], rune) is { } pair)
            {
                composed[starter] = pair;
                continue;
            }
            composed.Add(rune);
            (starter, last) = kind == 0 ? (composed.Count - 1, -1) : (starter, kind);
        }
        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < Leads and var lead && second - VowelFirst is >= 0 and < Vowels and var vowel)
        {
            return HangulFirst + (((lead * Vowels) + vowel) * Tails);
        }
        if (first - HangulFirst is >= 0 and < Leads * Vowels * Tails and var syllable && syllable % Tails == 0
            && second - TailBefore is > 0 and < Tails and var tail)
        {
            return first + tail;
        }
        return Data.Value.Compositions.TryGetValue((first, second), out var composite) ? composite : null;
    }

    private static int Class(int rune) => Data.Value.Classes.GetValueOrDefault(rune);

    private static Table Read()
    {
        var table = new Table([], [], []);
        using var lines = new StreamReader(typeof(Nfc).Assembly.GetManifestResourceStream("Normalization.txt")!);
        while (lines.ReadLine() is { } line)
        {
            if (line.IndexOfAny([';', '=', '>']) is > 0 and var at && line[0] != '#')
            {
                var values = line[(at + 1)..].Split(' ', '-');
                var second = values.Length > 1 ? Hex(values[1]) : 0;
                if (line[at] == ';')
                {
                    for (var rune = Hex(values[0]); rune <= Math.Max(Hex(values[0]), second); rune++)
                    {
                        table.Classes[rune] = byte.Parse(line.AsSpan(0, at), CultureInfo.InvariantCulture);
                    }
                    continue;
                }
                table.Decompositions[Hex(line[..at])] = (Hex(values[0]), second);
                if (line[at] == '=')
                {
                    table.Compositions[(Hex(values[0]), second)] = Hex(line[..at]);
                }
            }
        }
        return table;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
