using System.Text.RegularExpressions;

namespace Wigwag.EndToEnd.Docs;

/// <summary>A page of the documentation as the tests see it: its <c>sh</c> blocks, each with the line above it that says how it runs.</summary>
internal sealed partial record Page(string Path, IReadOnlyList<Block> Blocks)
{
    public static Page Read(string path) => new(path, [.. Fence()
        .Matches(File.ReadAllText(path))
        .Select(match => new Block(match.Groups["code"].Value, match.Groups["where"].Value is { Length: > 0 } where ? where : "dave/vc", match.Groups["why"].Value))]);

    [GeneratedRegex(@"(?:<!-- (?:in: (?<where>\S+)|not run: (?<why>[^\n]+)) -->\n)?```sh\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>Commands as a reader would paste them.</summary>
/// <param name="Code">One or several lines.</param>
/// <param name="Where">The clone to run them in, such as <c>dave/vc</c>.</param>
/// <param name="WhyNotRun">Empty, or why a test cannot run it.</param>
internal sealed record Block(string Code, string Where, string WhyNotRun);
