using System.Globalization;
using System.Text;

namespace Wigwag.Core.Text;

/// <summary>
/// Text from others, made safe for those who render it. Bodies are stored as their author wrote them, so that evidence (a
/// terminal recording, a crash with control characters) survives, and are cleaned where they are shown: toward terminals and
/// toward models. Names and subjects, which appear in lists, are cleaned once, when they are written.
/// </summary>
public static class Sanitize
{
    /// <summary>
    /// Text that a terminal shows and never obeys: no ANSI, OSC or other escape sequence, no control but newline and tab, no
    /// bidirectional, zero-width, tag or other invisible character; carriage returns are newlines.
    /// </summary>
    public static string ForTerminal(string text) => IsPlain(text) ? text : Clean(text);

    /// <summary>Text in which a model sees what a person would see: the same removals as <see cref="ForTerminal"/>.</summary>
    public static string ForModel(string text) => ForTerminal(text);

    /// <summary>One line for lists and headers: as <see cref="ForTerminal"/>, with every run of white space (and of Braille's blank) made one blank.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', ForTerminal(text).Replace('\u2800', ' ').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What an error message may repeat of a text that its reader sent: one line, in quotes that it cannot close, cut after 80 characters.</summary>
    public static string Quote(string text)
    {
        var line = OneLine(text.Length > 400 ? text[..400] : text).Replace('\'', '’');
        return line.Length <= 80 ? $"'{line}'" : $"'{line[..(char.IsHighSurrogate(line[79]) ? 79 : 80)]}…'";
    }

    /// <summary>False for text that no store keeps unharmed: NUL (PostgreSQL refuses it) or half of a surrogate pair (no valid UTF-8).</summary>
    public static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
            {
                return false;
            }
            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }
        return true;
    }

    // Most text is ASCII without controls: nothing to do.
    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExcept(Plain);

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\n', '\t']);

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\e' || c is >= '\u0080' and <= '\u009f' and not '\u0085')
            {
                i += EscapeSequence.Length(text.AsSpan(i));
            }
            else if (c is '\r' or '\u0085' or '\u2028' or '\u2029')
            {
                // A return that overwrites the line on a terminal would hide what stood there.
                i += c == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 2 : 1;
                clean.Append('\n');
            }
            else
            {
                var status = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
                i += length;
                if (status != System.Buffers.OperationStatus.Done || !IsHidden(rune))
                {
                    clean.Append(rune);
                }
            }
        }
        return clean.ToString();
    }

    /// <summary>True for a character that renders as nothing, reorders others, or controls a device.</summary>
    internal static bool IsHidden(Rune rune) => rune.Value switch
    {
        '\n' or '\t' => false,
        < 0x20 or (>= 0x7f and <= 0x9f) => true,
        // Arabic, Syriac and Kaithi signs that Unicode calls format characters and that readers see.
        (>= 0x600 and <= 0x605) or 0x6dd or 0x70f or 0x890 or 0x891 or 0x8e2 or 0x110bd or 0x110cd => false,
        // Joiners and fillers without a shape.
        0x34f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or (>= 0x180b and <= 0x180f) or 0x2065 or 0x3164 or 0xffa0 => true,
        // Variation selectors, which can spell any hidden byte string.
        (>= 0xfe00 and <= 0xfe0f) or (>= 0xe0100 and <= 0xe01ef) => true,
        // Unassigned code points that renderers ignore, and the tag characters.
        (>= 0xfff0 and <= 0xfff8) or (>= 0xe0000 and <= 0xe0fff) => true,
        _ => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format,
    };
}
