using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.EndToEnd.Docs;

/// <summary>Every command that the documentation shows works as shown.</summary>
public sealed partial class DocsTests
{
    internal static readonly string Root = RepositoryRoot();

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"))
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(page => Page.Read(Path.Combine(Root, page)).Blocks.Any(block => block.WhyNotRun.Length == 0))
            .Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_work_from_top_to_bottom(string page)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var reader = await Reader.Start(cancel);
        foreach (var block in Page.Read(Path.Combine(Root, page)).Blocks.Where(block => block.WhyNotRun.Length == 0))
        {
            await reader.Paste(block, cancel);
        }
    }

    [Fact]
    public void Every_link_between_pages_leads_somewhere()
    {
        foreach (var page in Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")))
        {
            Assert.All(Link().Matches(File.ReadAllText(page)).Select(match => match.Groups["to"].Value).Where(to => !to.Contains("://", StringComparison.Ordinal)), to =>
            {
                var parts = to.Split('#', 2);
                var target = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
                Assert.True(File.Exists(target), $"{page}: {to}");
                Assert.True(parts.Length == 1 || Headings(target).Contains(parts[1]), $"{page}: {to}");
            });
        }
    }

    [Fact]
    public void The_table_of_toolsets_has_every_tool_in_its_own()
    {
        var told = Toolset().Matches(File.ReadAllText(Path.Combine(Root, "docs", "mcp.md")))
            .Select(row => Line(row.Groups["name"].Value, row.Groups["tools"].Value.Split(' ')));
        var known = Catalog.Operations.GroupBy(operation => operation.Toolset).Select(set => Line(set.Key, set.Select(operation => operation.Name)));
        Assert.Equal(known.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));

        static string Line(string name, IEnumerable<string> tools) => $"{name}: {string.Join(' ', tools.Order(StringComparer.Ordinal))}";
    }

    // As the hosts of repositories name them: lower case, blanks as dashes, no punctuation.
    private static IEnumerable<string> Headings(string page) => File.ReadLines(page)
        .Where(line => line.StartsWith('#'))
        .Select(line => NoName().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| `(?<name>[a-z]+)` \| `(?<tools>[a-z_ ]+)`", RegexOptions.Multiline)]
    private static partial Regex Toolset();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoName();

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Wigwag.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in the source tree.");
        }
        return folder;
    }
}
