namespace Wigwag.Core.Text;

/// <summary>The control sequences of ECMA-48 and xterm, in their 7-bit (ESC [) and 8-bit (U+009B) forms.</summary>
internal static class EscapeSequence
{
    /// <summary>
    /// How many characters the sequence at the start of <paramref name="text"/> takes. A string sequence (OSC, DCS, APC, PM, SOS)
    /// without its end takes only its introducer, so that an unfinished one cannot make the text after it vanish.
    /// </summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        if (text[0] != '\e')
        {
            return Control(text, (char)(text[0] - 0x40), 1);
        }
        return text.Length == 1 ? 1 : text[1] switch
        {
            '[' or ']' or 'P' or 'X' or '^' or '_' => Control(text, text[1], 2),
            >= ' ' and <= '/' => Intermediate(text),
            >= '0' and <= '~' => 2,
            _ => 1,
        };
    }

    private static int Control(ReadOnlySpan<char> text, char kind, int start) => kind switch
    {
        '[' => ControlSequence(text, start),
        ']' or 'P' or 'X' or '^' or '_' => StringSequence(text, start),
        _ => start,
    };

    // ESC, intermediates, one final: the choice of a character set, for example.
    private static int Intermediate(ReadOnlySpan<char> text)
    {
        var end = 1;
        while (end < text.Length && text[end] is >= ' ' and <= '/')
        {
            end++;
        }
        return end < text.Length && text[end] is >= '0' and <= '~' ? end + 1 : end;
    }

    private static int ControlSequence(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] is >= ' ' and <= '?')
        {
            end++;
        }
        return end < text.Length && text[end] is >= '@' and <= '~' ? end + 1 : end;
    }

    private static int StringSequence(ReadOnlySpan<char> text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] is '\a' or '\u009c')
            {
                return i + 1;
            }
            if (text[i] == '\e')
            {
                return i + 1 < text.Length && text[i + 1] == '\\' ? i + 2 : start;
            }
        }
        return start;
    }
}
