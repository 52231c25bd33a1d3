using System.Text;

namespace Wigwag.Core.Text;

/// <summary>
/// Words of others within a line of ours: cleaned, on one line, cut, in double quotes that they cannot close. What is a name rather than words,
/// as a path, an id or a pattern usually is, stands without quotes.
/// </summary>
public static class Quotation
{
    private const int MostOfAWord = 120;

    /// <summary>The text in quotes; at most <paramref name="most"/> characters of it.</summary>
    public static string Of(string text, int most = 200)
    {
        var line = Boundary.Inline(text.Length > most * 4 ? text[..(most * 4)] : text);
        var quoted = new StringBuilder(line.Length + 2).Append('"');
        var taken = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (++taken > most)
            {
                quoted.Append('…');
                break;
            }
            if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\');
            }
            quoted.Append(rune.ToString());
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>The text as it is when it is one plain word, else in quotes.</summary>
    public static string Name(string text, int most = 200) => IsWord(text) ? text : Of(text, most);

    /// <summary>As <see cref="Name"/>, and whose words they are where they are more than a name.</summary>
    public static string By(string author, string text, int most = 200) => IsWord(text) ? text : $"{Of(text, most)} (words of {author})";

    /// <summary>True for one word of ASCII that is read as a name: letters, digits and the signs that ids, times, paths and patterns have.</summary>
    public static bool IsWord(string text)
    {
        if (text.Length is 0 or > MostOfAWord)
        {
            return false;
        }
        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '@' or '*' or '?' or '+' or '%' or '~' or '{' or '}' or '[' or ']' or ',' or '=' or '#' or '!'))
            {
                return false;
            }
        }
        return true;
    }
}
