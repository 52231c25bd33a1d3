using System.Diagnostics;
using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Security.Search;

/// <summary>Patterns that take others' matchers exponential time are refused or decided at once.</summary>
public sealed class GlobTests
{
    private static string Many(string piece, int times, string end = "") => string.Concat(Enumerable.Repeat(piece, times)) + end;

    private static readonly string[] Patterns =
    [
        Many("*a", 30), Many("(*a)", 30), Many("*a", 250), Many("a*", 250, "b"), Many("?*", 200), Many("*?", 200, "b"), Many("**/", 100), Many("**/a/", 80), Many("**/*a/", 60, "b"),
        Many("{a,b}", 60), Many("{a,aa}", 60, "b"), Many("{a,", 8, Many("b}", 8)), Many("{*a,*b}", 40), Many("{a*,", 7, "x" + Many("}", 7)), Many("[a-z]*", 80), Many("[!a]*", 90), Many("{**/a,**/b}/", 30, "c"),
        Many("a", 511), Many("*", 512), Many("{", 200), Many("[", 200), Many("\\", 200), Many("{{a,b},{c,d}}", 30), Many("**/{a,b}*/", 40), "{" + string.Join(',', Enumerable.Range(0, 150)) + "}",
        Many("{a,b,c,d}", 50), Many("*[ab]", 100), Many("*/", 250), Many("a/**/", 80), Many("{,a}", 100),
    ];

    [Fact]
    public void Every_pattern_is_decided_in_time_that_its_length_bounds()
    {
        var globs = Patterns.Select(pattern => Glob.Parse(pattern, PathCase.Insensitive)).Where(glob => glob.Error is null).Select(glob => glob.Value).ToArray();
        string[] paths = [Many("a", 4000), Many("a/", 2000, "a"), Many("a", 4000, "b"), Many("ab/", 1300, "c"), "a"];
        var classic = Glob.Parse(Many("*a", 30)).Value;
        Assert.False(classic.Matches(Many("a", 29)));
        var one = Stopwatch.GetTimestamp();
        Assert.False(classic.Matches(Many("a", 4000, "b")));
        var alone = Stopwatch.GetElapsedTime(one);
        var started = Stopwatch.GetTimestamp();
        var decided = 0;
        foreach (var glob in globs)
        {
            foreach (var path in paths)
            {
                _ = glob.Matches(path);
                decided++;
            }
            foreach (var other in globs)
            {
                Assert.Equal(glob.Overlaps(other), other.Overlaps(glob));
                decided += 2;
            }
        }
        // One that is exponential would not end; these take milliseconds each on a loaded machine.
        var spent = Stopwatch.GetElapsedTime(started);
        Assert.True(spent < TimeSpan.FromSeconds(60), $"{decided} decisions took {spent}.");
        Scale.Tell("Globs:", $"{Patterns.Length} hostile patterns, {Patterns.Length - globs.Length} refused; {decided} decisions, {spent.TotalMilliseconds / decided:0.00} ms each; (*a)×30 against 4,000 letters {alone.TotalMilliseconds:0.00} ms");
    }
}
