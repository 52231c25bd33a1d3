using System.Globalization;
using System.Text;

namespace Wigwag.Program.Views;

/// <summary>How many columns of a terminal a text takes, and how it is cut to fit.</summary>
internal static class Cells
{
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Width(rune);
        }
        return width;
    }

    /// <summary>The text in at most <paramref name="columns"/>, with an ellipsis where it was cut.</summary>
    public static string Fit(string text, int columns)
    {
        if (text.Length <= columns && Width(text) <= columns)
        {
            return text;
        }
        var fitted = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (width + Width(rune) > columns - 1)
            {
                break;
            }
            width += Width(rune);
            fitted.Append(rune.ToString());
        }
        return fitted.Append('…').ToString();
    }

    /// <summary>The text in lines of at most <paramref name="columns"/>.</summary>
    public static IEnumerable<string> Break(string text, int columns)
    {
        if (text.Length <= columns && Width(text) <= columns)
        {
            return [text];
        }
        var lines = new List<string>();
        var line = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (width + Width(rune) > columns)
            {
                lines.Add(line.ToString());
                line.Clear();
                width = 0;
            }
            width += Width(rune);
            line.Append(rune.ToString());
        }
        lines.Add(line.ToString());
        return lines;
    }

    private static int Width(Rune rune) => rune.Value switch
    {
        < 0x300 => 1,
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        // East Asian Wide and Fullwidth (UAX #11) and emoji, by their blocks.
        (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6)
            or (>= 0x1f300 and <= 0x1f64f) or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd) => 2,
        _ => 1,
    };
}
