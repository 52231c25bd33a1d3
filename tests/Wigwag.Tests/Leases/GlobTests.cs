using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Wigwag.Core.Leases.Scopes;

namespace Wigwag.Tests.Leases;

/// <summary>Patterns over paths: what they stand for, and whether two of them share a path.</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("src/parser.cs", "src/parser.cs", true)]
    [InlineData("src", "src/parser.cs", true)]
    [InlineData("src/", "src/a/b.cs", true)]
    [InlineData("src", "srcx/a", false)]
    [InlineData("src/*", "src/a.cs", true)]
    [InlineData("src/*", "src/a/b.cs", false)]
    [InlineData("src/*/", "src/a/b/c.cs", true)]
    [InlineData("src/**", "src/a/b/c.cs", true)]
    [InlineData("src/**/c.cs", "src/c.cs", true)]
    [InlineData("**/c.cs", "c.cs", true)]
    [InlineData("**/c.cs", "a/xc.cs", false)]
    [InlineData("src/?.cs", "src/a.cs", true)]
    [InlineData("src/?.cs", "src/ab.cs", false)]
    [InlineData("[a-c]*.cs", "beta.cs", true)]
    [InlineData("[!a-c]*.cs", "beta.cs", false)]
    [InlineData("{src,test}/{a,b{1,2}}.cs", "test/b2.cs", true)]
    [InlineData("{src,test}/{a,b{1,2}}.cs", "test/b3.cs", false)]
    [InlineData(@"a\*b", "a*b", true)]
    [InlineData(@"a\*b", "axb", false)]
    [InlineData("./docs/a.md", "docs/a.md", true)]
    [InlineData("docs/caf\u00e9.md", "docs/cafe\u0301.md", true)]
    public void A_pattern_stands_for_the_paths_that_a_reader_expects(string pattern, string path, bool expected) =>
        Assert.Equal(expected, Of(pattern).Matches(path));

    [Theory]
    [InlineData("SRC/[A-C]*.CS", "src/beta.cs")]
    [InlineData("straße/Ä.md", "STRAßE/ä.md")]
    public void Where_case_does_not_count_it_does_not_count(string pattern, string path)
    {
        Assert.True(Glob.Parse(pattern, PathCase.Insensitive).Value.Matches(path));
        Assert.False(Of(pattern).Matches(path));
    }

    [Theory]
    [InlineData("src/**", "src/parser/*.cs", true)]
    [InlineData("src/*.cs", "src/*.md", false)]
    [InlineData("src/a*", "src/*b", true)]
    [InlineData("**/test/**", "src/**", true)]
    [InlineData("src/?", "src/??", false)]
    [InlineData("src", "src/**/x", true)]
    [InlineData("[ab]/x", "[bc]/x", true)]
    [InlineData("[a]/x", "[!a]/x", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("*", "a/b", false)]
    public void Two_patterns_overlap_when_they_share_a_path(string one, string other, bool expected)
    {
        Assert.Equal(expected, Of(one).Overlaps(Of(other)));
        Assert.Equal(expected, Of(other).Overlaps(Of(one)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../secret")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a\nb")]
    [InlineData("a/[b")]
    [InlineData("a/{b,c")]
    [InlineData("a}b")]
    [InlineData("a\\")]
    [InlineData("[z-a]")]
    [InlineData("{**,x}/y")]
    [InlineData("{{{{{{{{{a}}}}}}}}}")]
    public void What_is_no_pattern_is_refused_and_told_why(string text)
    {
        Assert.False(Glob.Parse(text).Try(out _, out var error));
        Assert.Equal("bad_scope", error.Code);
        Assert.NotEmpty(error.Next);
    }

    [Fact]
    public void Overlap_agrees_with_a_brute_force_over_every_path_of_a_small_tree() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(Pairs.ToArbitrary(), pair =>
        {
            var (one, other) = (Of(pair.One), Of(pair.Other));
            var (oracleOne, oracleOther) = (Oracle(pair.One), Oracle(pair.Other));
            bool AreBothMatched(string path) => oracleOne.IsMatch(path) && oracleOther.IsMatch(path);
            // What is said to overlap and shares nothing small shares something larger, or the test fails.
            var shared = Universe.FirstOrDefault(AreBothMatched) ?? (one.Overlaps(other) ? Larger.FirstOrDefault(AreBothMatched) : null);
            Assert.All(Universe.Take(400), path => Assert.Equal(oracleOne.IsMatch(path), one.Matches(path)));
            Assert.True(one.Overlaps(other) == shared is not null, $"{pair.One} and {pair.Other}: {shared ?? "nothing"} in the tree");
            Assert.Equal(one.Overlaps(other), other.Overlaps(one));
            // What the index by prefix relies on.
            Assert.True(shared is null || Related(one.Prefix, other.Prefix));
        }));

    [Theory]
    [InlineData("(*a)", 30)]
    [InlineData("**/", 40)]
    [InlineData("{a,*}", 60)]
    [InlineData("*?", 120)]
    public void A_hostile_pattern_costs_no_more_than_its_length(string part, int times)
    {
        var hostile = Of(string.Concat(Enumerable.Repeat(part, times)) + "b");
        Assert.False(hostile.Matches(string.Concat(Enumerable.Repeat("a", 2000)) + "c"));
        Assert.True(hostile.Overlaps(hostile));
    }

    private static bool Related(string one, string other) =>
        one.Length == 0 || other.Length == 0 || one == other
        || one.StartsWith(other + "/", StringComparison.Ordinal) || other.StartsWith(one + "/", StringComparison.Ordinal);

    private static Glob Of(string pattern) => Glob.Parse(pattern).Value;

    private static readonly string[] Short = ["a", "b", "aa", "ab", "ba", "bb"];

    private static readonly string[] Names =
        [.. Short, .. from x in "ab" from y in "ab" from z in "ab" select $"{x}{y}{z}"];

    /// <summary>Every path of four and five segments of up to three letters, made as it is asked for.</summary>
    private static IEnumerable<string> Larger =>
        from x in Names from y in Names from z in Names from w in Names from rest in Names.Prepend("") select rest == "" ? $"{x}/{y}/{z}/{w}" : $"{x}/{y}/{z}/{w}/{rest}";

    /// <summary>Every path of up to three segments of up to three letters, and of four and five segments of up to two.</summary>
    private static readonly string[] Universe =
    [
        .. Names,
        .. from x in Names from y in Names select $"{x}/{y}",
        .. from x in Names from y in Names from z in Names select $"{x}/{y}/{z}",
        .. from w in Short from x in Short from y in Short from z in Short select $"{w}/{x}/{y}/{z}",
        .. from v in Short from w in Short from x in Short from y in Short from z in Short select $"{v}/{w}/{x}/{y}/{z}",
    ];

    private static readonly Gen<string> Piece = Gen.Elements("a", "b", "*", "?", "[ab]", "[!a]", "{a,bb}", "{,b}");

    private static readonly Gen<string> Fixed =
        from first in Piece
        from second in Gen.Elements("", "", "a", "b", "*", "?")
        select first == "{,b}" && second.Length == 0 ? "b" : first + second;

    private static readonly Gen<string> Pattern =
        from before in Gen.Elements("", "", "**/")
        from one in Fixed
        from middle in Gen.Elements("", "/", "/**/")
        from two in Fixed
        from after in Gen.Elements("", "", "/**", "/")
        select before + one + (middle.Length == 0 ? "" : middle + two) + after;

    private static readonly Gen<(string One, string Other)> Pairs = from one in Pattern from other in Pattern select (one, other);

    /// <summary>An independent reading of a pattern: its braces expanded as text, each alternative a regular expression.</summary>
    private static Regex Oracle(string pattern)
    {
        var literal = pattern.IndexOfAny(['*', '?', '[', '{']) < 0;
        var below = pattern.EndsWith('/');
        var alternatives = Expand(pattern.TrimEnd('/')).Select(alternative =>
        {
            var segments = alternative.Split('/');
            var expression = "";
            for (var i = 0; i < segments.Length; i++)
            {
                expression += segments[i] == "**"
                    ? i == segments.Length - 1 ? ".*" : "(?:.*/)?"
                    : Regex.Replace(segments[i], @"\*+|\?|\[!", token => token.Value switch { "?" => "[^/]", "[!" => "[^/", _ => "[^/]*" })
                        + (i == segments.Length - 1 ? "" : "/");
            }
            return expression + (literal || below ? "(?:/.*)?" : "");
        });
        return new Regex($"^(?:{string.Join('|', alternatives)})$", RegexOptions.CultureInvariant);
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var brace = Regex.Match(pattern, @"\{([^{}]*)\}");
        return brace.Success
            ? brace.Groups[1].Value.Split(',').SelectMany(choice => Expand(pattern[..brace.Index] + choice + pattern[(brace.Index + brace.Length)..]))
            : [pattern];
    }
}
