using System.Text.Json.Serialization;
using Wigwag.Core.Operations;
using Wigwag.Core.Text;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>How the paths of a project compare: always in Unicode normalization form C, and with case or without.</summary>
public enum PathCase
{
    /// <summary><c>README</c> and <c>readme</c> are two files.</summary>
    [JsonStringEnumMemberName("sensitive")]
    Sensitive,
    /// <summary>They are one file, as on most file systems of macOS and Windows.</summary>
    [JsonStringEnumMemberName("insensitive")]
    Insensitive,
}

internal static class PathText
{
    /// <summary>
    /// A path of the repository as it is compared; false for what is none, as an absolute path or one with <c>..</c> in it. A file's name may
    /// hold control characters: nobody reserves it by itself, and a pattern covers it all the same.
    /// </summary>
    public static bool TryFold(string text, PathCase pathCase, out string path)
    {
        path = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        if (path.Length is 0 or > MaxLength || path.Contains('\0', StringComparison.Ordinal) || path.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            return false;
        }
        path = pathCase == PathCase.Sensitive ? Nfc.Of(path) : string.Concat(Runes(path, pathCase).Select(char.ConvertFromUtf32));
        return true;
    }

    /// <summary>The refusal of a text that <see cref="TryFold"/> does not take.</summary>
    public static Error NotAPath(string text) => Error.Invalid(
        "bad_path",
        $"{Sanitize.Quote(text)} is not a path relative to the repository's root.",
        "Give it as git does: src/parser/lexer.cs, with slashes, without '.' and '..'.");

    private const int MaxLength = 4096;

    /// <summary>The runes of a path or pattern as they are compared.</summary>
    public static int[] Runes(string text, PathCase pathCase)
    {
        var runes = Nfc.Of(text).EnumerateRunes().Select(rune => rune.Value);
        return [.. pathCase == PathCase.Insensitive ? runes.Select(Folding.Fold) : runes];
    }
}
