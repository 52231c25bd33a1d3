using System.Text;

namespace Wigwag.Program.Transport;

/// <summary>Percent-encoding (RFC 3986, 2.1). <see cref="Uri.EscapeDataString(string)"/> does the same and takes 7 ms at the first call.</summary>
internal static class Percent
{
    private const string Hexadecimal = "0123456789ABCDEF";

    /// <summary>The text with every character but letters, digits, <c>-</c>, <c>.</c>, <c>_</c> and <c>~</c> encoded.</summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
            {
                encoded.Append(c);
            }
            else
            {
                encoded.Append('%').Append(Hexadecimal[b >> 4]).Append(Hexadecimal[b & 15]);
            }
        }
        return encoded.ToString();
    }
}
