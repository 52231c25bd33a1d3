using System.Text.RegularExpressions;

namespace Wigwag.Tests.Architecture;

/// <summary>
/// One place starts programs and one reads what a clone holds, because a second would forget what the first has learned.
/// </summary>
public sealed partial class CloneSafetyTests
{
    private static readonly string Root = FindRoot();

    // What looks at a clone: its configuration, git's folders, the files of clients, hooks.
    private static readonly string[] AtTheClone =
    [
        "src/Wigwag.Git/", "src/Wigwag/Guard/", "src/Wigwag/Init/", "src/Wigwag/Doctor/", "src/Wigwag/Hooks/", "src/Wigwag/Mcp/",
        "src/Wigwag/Local/Standing.cs", "src/Wigwag/Local/AtomicFile.cs",
    ];

    [Fact]
    public void Every_program_is_started_by_the_absolute_path_that_one_function_finds() => Assert.All(Files(), file =>
    {
        var text = Code(file);
        Assert.True(file == "src/Wigwag.Git/Programs.cs" || !text.Contains("ProcessStartInfo", StringComparison.Ordinal), "It does not ask Programs.");
        Assert.DoesNotMatch(SystemCalls(), text);
        // Process.Start takes a name as readily, and looks for it in the current directory first.
        Assert.All(Starts().Matches(text), match => Assert.Equal("start", match.Groups[1].Value));
        Assert.True(Starts().Count(text) == 0 || text.Contains("var start = Programs.Prepare", StringComparison.Ordinal), "It does not ask Programs.");
    });

    [Fact]
    public void What_a_clone_holds_is_read_by_one_function() => Assert.All(
        Files().Where(file => file != "src/Wigwag.Git/PlainFile.cs" && AtTheClone.Any(area => file.StartsWith(area, StringComparison.Ordinal))),
        file => Assert.All(Reads().Matches(Code(file)), match => Assert.Contains(match.Value, Allowed(file))));

    [Fact]
    public void The_places_that_these_rules_name_are_there() =>
        Assert.All(AtTheClone, area => Assert.Contains(Files(), file => file.StartsWith(area, StringComparison.Ordinal)));

    // What is opened there and is nothing of a clone's.
    private static string[] Allowed(string file) => file switch
    {
        // Standard input, and the draft that it is about to write.
        "src/Wigwag/Mcp/McpCommand.cs" => ["new StreamReader"],
        "src/Wigwag/Local/AtomicFile.cs" => ["new FileStream"],
        // The secret that it is about to write.
        "src/Wigwag.Git/WorkspaceSecret.cs" => ["new FileStream"],
        _ => [],
    };

    private static string Code(string file) => Comments().Replace(File.ReadAllText(Path.Combine(Root, file)), "");

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Wigwag.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return folder;
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"Process\.Start\(([^)]*)\)|new Process(?:\(\))? \{ StartInfo = (?<1>\w+) \}|new Process(?<1>\(\);)")]
    private static partial Regex Starts();

    [GeneratedRegex(@"\b(posix_spawnp?|fork|vfork|system|popen|exec[vl]p?e?)\(")]
    private static partial Regex SystemCalls();

    [GeneratedRegex(@"\bFile\.(Open|Read)\w*|new StreamReader|new FileStream(?!Options)|new FileInfo\([^)]*\)\.Open\w*|Libc\.ReadFile")]
    private static partial Regex Reads();
}
