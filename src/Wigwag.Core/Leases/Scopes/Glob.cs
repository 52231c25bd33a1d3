using Wigwag.Core.Operations;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>
/// A pattern over the paths of a repository, relative to its root and separated by <c>/</c>. <c>*</c> stands for any run within a
/// segment, <c>?</c> for one character of a segment, <c>[a-z]</c> and <c>[!a-z]</c> for one character, <c>{a,b}</c> for either
/// (nested too), <c>**</c> as a whole segment for any number of segments, also none; <c>\</c> takes a special character as it is. A pattern
/// without any of these names a file or a folder with all that is in it, as one that ends in <c>/</c> does.
/// </summary>
public sealed class Glob
{
    /// <summary>The longest pattern, in characters; the cost of every decision is bounded by it.</summary>
    public const int MaxLength = 512;

    /// <summary>How deep braces may nest.</summary>
    public const int MaxDepth = 8;

    private readonly Automaton _automaton;

    internal Glob(string text, GlobParser.PatternEnds ends, PathCase pathCase, Automaton automaton)
    {
        (Text, Case, _automaton) = (text, pathCase, automaton);
        (IsLiteral, Prefix, Head, Name, Tail) = ends;
    }

    /// <summary>The pattern, normalized: NFC, no leading <c>./</c>, no trailing <c>/</c>.</summary>
    public string Text { get; }

    /// <summary>
    /// The whole segments before the first special character, folded as the project's paths are: every path of the pattern is this or
    /// lies under it. Two patterns can meet only when one's prefix is the other's or a folder above it. Empty when the first segment is special.
    /// </summary>
    public string Prefix { get; }

    /// <summary>What every path of the pattern begins with: the characters before the first special one, folded as paths are.</summary>
    internal string Head { get; }

    /// <summary>
    /// What the last segment of every path of the pattern begins with, folded as paths are; empty where that is not told, as for a pattern
    /// with all that lies below it.
    /// </summary>
    internal string Name { get; }

    /// <summary>
    /// What every path of the pattern ends with: the characters after the last special one or separator, folded as paths are. Two patterns can
    /// meet only when one's tail ends with the other's. Empty for a pattern with all that lies below it.
    /// </summary>
    public string Tail { get; }

    /// <summary>True when it has no special character.</summary>
    public bool IsLiteral { get; }

    /// <summary>How many steps its automaton has: about one for each character, and what a decision about it costs.</summary>
    internal int Steps => _automaton.Steps;

    /// <summary>How its project compares paths.</summary>
    public PathCase Case { get; }

    public static Result<Glob> Parse(string text, PathCase pathCase = PathCase.Sensitive) => GlobParser.Parse(text, pathCase);

    /// <summary>The pattern of a path as it is named, whatever characters are in it.</summary>
    public static string Escape(string path) => GlobParser.Escape(path);

    /// <summary>Where the first special character of a pattern is; -1 in a plain path.</summary>
    public static int IndexOfSpecial(ReadOnlySpan<char> text) => GlobParser.IndexOfSpecial(text);

    /// <summary>True when the pattern stands for this path. Takes time proportional to pattern × path, whatever they are.</summary>
    public bool Matches(string path) => Covers(string.Concat(PathText.Runes(path, Case).Select(char.ConvertFromUtf32)));

    /// <summary>As <see cref="Matches"/>, for a path in the form in which it is compared.</summary>
    internal bool Covers(string path)
    {
        // Most paths are told by their ends.
        if (!path.StartsWith(Head, StringComparison.Ordinal) || !path.EndsWith(Tail, StringComparison.Ordinal))
        {
            return false;
        }
        if (IsLiteral)
        {
            return IsWithin(path, Prefix);
        }
        var runes = System.Buffers.ArrayPool<int>.Shared.Rent(path.Length);
        var length = 0;
        foreach (var rune in path.EnumerateRunes())
        {
            runes[length++] = rune.Value;
        }
        var reads = _automaton.Reads(runes.AsSpan(0, length));
        System.Buffers.ArrayPool<int>.Shared.Return(runes);
        return reads;
    }

    /// <summary>True when some path is in both patterns. Exact and symmetric; takes time proportional to pattern × pattern.</summary>
    public bool Overlaps(Glob other) => (IsLiteral && other.IsLiteral)
        ? IsWithin(Prefix, other.Prefix) || IsWithin(other.Prefix, Prefix)
        : Alike(Head, Name, Tail, other) && _automaton.Meets(other._automaton);

    /// <summary>False when no path can begin and end both like this and like the other pattern's.</summary>
    internal static bool Alike(string head, string name, string tail, Glob other) =>
        BeginAlike(head, other.Head) && BeginAlike(name, other.Name) && EndAlike(tail, other.Tail);

    private static bool BeginAlike(string one, string other) => one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal);

    private static bool EndAlike(string one, string other) => one.EndsWith(other, StringComparison.Ordinal) || other.EndsWith(one, StringComparison.Ordinal);

    public override string ToString() => Text;

    private static bool IsWithin(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');
}
