namespace Wigwag.EndToEnd.Docs;

/// <summary>Every command that the documentation shows works as shown.</summary>
public sealed class DocsTests
{
    private static readonly string Root = RepositoryRoot();

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
