using System.Collections;
using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Wigwag.Faults.Leases;

/// <summary>Which paths of a tree a pattern covers, found by trying each, without the code that is looked at.</summary>
internal static class Oracle
{
    private static readonly string[] Names = ["a", "b", "ab"];
    private static readonly string[] Segments = ["a", "b", "ab", "a", "b", "ab", "*", "a*", "?", "*b", "**", "[ab]", "{a,ab}"];

    // Most are at work in folders of their own; some patterns reach over several.
    private static readonly string[] Tops = [.. Enumerable.Range(0, 40).Select(i => $"{(char)('c' + (i / 10))}{i % 10}")];

    private static readonly string[] Tree = [.. Tops.SelectMany(top => Below($"{top}/", 4).Prepend(top))];

    private static readonly ConcurrentDictionary<string, BitArray> Covered = new();

    /// <summary>A pattern of two to four segments.</summary>
    public static string Any(Random chance)
    {
        var top = chance.Next(40) switch { 0 => "*", 1 => "c*", 2 => "?3", 3 => "{d1,e2}", 4 => "[cd]5", _ => Tops[chance.Next(Tops.Length)] };
        return string.Join('/', Enumerable.Range(0, chance.Next(1, 4)).Select(_ => Segments[chance.Next(Segments.Length)]).Prepend(top));
    }

    /// <summary>True when a path of the tree is covered by both.</summary>
    public static bool Overlap(string one, string other) => one == other || new BitArray(PathsOf(one)).And(PathsOf(other)).HasAnySet();

    private static BitArray PathsOf(string scope) => Covered.GetOrAdd(scope, static text =>
    {
        var isPlain = text.All(c => char.IsLetterOrDigit(c) || c == '/');
        // What ends in ** is all that lies in a folder, and not the folder.
        var written = string.Concat(text.Split('/').Select(Written)) + (isPlain ? "(/.*)?" : text.EndsWith("**", StringComparison.Ordinal) ? "/[^/]+" : "");
        var pattern = new Regex($"^{written}$", RegexOptions.CultureInvariant);
        // Every path is given a separator ahead, so that each segment of the pattern has its own.
        return new BitArray([.. Tree.Select(path => pattern.IsMatch("/" + path))]);
    });

    private static string Written(string segment) => segment switch
    {
        "**" => "(/[^/]+)*",
        _ when segment[0] == '{' => $"/({segment[1..^1].Replace(',', '|')})",
        _ => "/" + segment.Replace("*", "[^/]*", StringComparison.Ordinal).Replace("?", "[^/]", StringComparison.Ordinal),
    };

    private static IEnumerable<string> Below(string folder, int depth) => depth == 0
        ? []
        : Names.SelectMany(name => Below($"{folder}{name}/", depth - 1).Prepend(folder + name));
}
