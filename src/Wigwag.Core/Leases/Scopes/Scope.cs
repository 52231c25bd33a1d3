using System.Collections.Concurrent;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Leases.Scopes;

/// <summary>
/// What a reservation covers: paths of the repository (<c>src/parser/**</c>), or a named surface under one of the
/// <see cref="Prefixes"/> (<c>db:users</c>, <c>api:GET /v1/users</c>), which is written like a path and never meets one.
/// </summary>
public sealed class Scope
{
    /// <summary>What named surfaces begin with. A path that begins so is written with <c>./</c> before it.</summary>
    public static readonly IReadOnlyList<string> Prefixes = ["api:", "db:", "event:", "flag:", "env:", "contract:", "feature:"];

    // Scopes read lately, by what they are read from: reading one costs more than comparing two. A step takes about a hundred bytes.
    private const int MostSteps = 500_000;
    private static readonly ConcurrentDictionary<(string Text, PathCase Case), Scope> Kept = new();
    private static int _steps;

    private Scope(string surface, Glob glob)
    {
        (Surface, Glob) = (surface, glob);
        Tail = Backwards(glob.Tail);
    }

    /// <summary>The surface's prefix, <c>db:</c>; empty for paths.</summary>
    public string Surface { get; }

    /// <summary>The paths, or the names within the surface.</summary>
    public Glob Glob { get; }

    /// <summary>The scope, normalized.</summary>
    public string Text => Surface.Length == 0 && Prefix(Glob.Text) is { Length: > 0 } ? "./" + Glob.Text : Surface + Glob.Text;

    /// <summary>What everything in the scope lies at or below, with the surface's prefix before it.</summary>
    internal string Root => Surface + Glob.Prefix;

    /// <summary>What everything in the scope ends with, backwards.</summary>
    internal string Tail { get; }

    /// <summary>True for the name of a surface.</summary>
    public static bool IsSurface(string text) => Prefix(text).Length > 0;

    /// <summary>The surface that a scope lies in, with its colon; empty for paths.</summary>
    internal static string SurfaceOf(string text) => Prefix(text);

    /// <summary>Reads a scope; <c>bad_scope</c> says what is wrong with it.</summary>
    public static Result<Scope> Parse(string text, PathCase pathCase)
    {
        if (Kept.TryGetValue((text, pathCase), out var kept))
        {
            return kept;
        }
        var surface = Prefix(text);
        var name = text[surface.Length..];
        if (!Glob.Parse(surface.Length == 0 ? name : name.TrimStart('/', ' '), surface.Length == 0 ? pathCase : PathCase.Sensitive).Try(out var glob, out var error))
        {
            return error;
        }
        if (Interlocked.Add(ref _steps, glob.Steps + 10) >= MostSteps)
        {
            Kept.Clear();
            Interlocked.Exchange(ref _steps, glob.Steps);
        }
        return Kept[(text, pathCase)] = new Scope(surface, glob);
    }

    /// <summary>True when something is in both.</summary>
    public bool Overlaps(Scope other) => Surface == other.Surface && Glob.Overlaps(other.Glob);

    /// <summary>The roots of everything that could have this one's root at or below its own.</summary>
    internal IEnumerable<string> RootsAbove() => RootsAbove(Surface, Glob.Prefix);

    internal static IEnumerable<string> RootsAbove(string surface, string prefix)
    {
        yield return surface;
        for (var slash = prefix.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = prefix.IndexOf('/', slash + 1))
        {
            yield return surface + prefix[..slash];
        }
        if (prefix.Length > 0)
        {
            yield return surface + prefix;
        }
    }

    /// <summary>A text backwards, rune by rune.</summary>
    internal static string Backwards(string text) => string.Concat(text.EnumerateRunes().Reverse().Select(rune => rune.ToString()));

    private static string Prefix(string text) => Prefixes.FirstOrDefault(prefix => text.StartsWith(prefix, StringComparison.Ordinal)) ?? "";

    public override string ToString() => Text;
}
