using BenchmarkDotNet.Attributes;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Leases.Scopes;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Micro;

/// <summary>Whether two patterns have a path in common, and whether one meets any of many.</summary>
public class Globs
{
    private static readonly ProjectId Project = ProjectId.Parse("github.com/wigwag/micro");
    private static readonly AgentId Asking = AgentId.Parse("asking/micro");
    private static readonly Caller Holder = new() { Credential = "holder", Role = Role.Agent, Agent = AgentId.Parse("holder/micro"), Project = Project };

    private readonly Glob _folder = Parse("src/parser/**");
    private readonly Glob _files = Parse("src/**/lexer*.cs");
    private readonly Glob _alternatives = Parse("{src,test}/{parser,printer}/[a-m]*/**/*.{cs,md}");
    private readonly List<Scope> _all = [.. Enumerable.Range(0, 10_000).Select(i => Scope.Parse(Text(i), PathCase.Sensitive).Value)];
    private readonly Scope _wanted = Scope.Parse("src/a7/new/y*.cs", PathCase.Sensitive).Value;
    private string? _home;
    private SqliteStore? _store;

    // BenchmarkDotNet does not wait for a setup that is a task when it runs in this process.
    [GlobalSetup(Target = nameof(One_against_10000_by_the_index))]
    public void Reserve() => ReserveAll().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Delete()
    {
        _store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (_home is not null)
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    [Benchmark]
    public Glob Parse_a_folder() => Parse("src/parser/**");

    [Benchmark]
    public bool Overlap_of_folder_and_files() => _folder.Overlaps(_files);

    [Benchmark]
    public bool Overlap_of_files_and_alternatives() => _files.Overlaps(_alternatives);

    [Benchmark]
    public bool Match_of_a_path() => _alternatives.Matches("src/parser/lexing/deep/down/table.cs");

    [Benchmark]
    public int One_against_10000_by_comparing() => _all.Count(scope => scope.Overlaps(_wanted));

    [Benchmark]
    public int One_against_10000_by_the_index() => _store!.Read<List<Conflict>>(
        Holder,
        async (session, _) => await LeaseBook.Conflicts(session, (await ProjectRegistry.Get(session, Project)).Value, ["src/a7/new/y*.cs"], LeaseMode.Exclusive, Asking),
        default).AsTask().GetAwaiter().GetResult().Value.Count;

    private async Task ReserveAll()
    {
        // Made here: BenchmarkDotNet makes more instances than it sets up and cleans up.
        _home = Directory.CreateTempSubdirectory("wigwag-micro-").FullName;
        _store = SqliteStore.Open(Path.Combine(_home, "wigwag.db"));
        var dispatcher = new Dispatcher(_store, FileBlobs.Open(Path.Combine(_home, "blobs")));
        _ = (await dispatcher.Run(RegisterAgent.Operation, new() { Agent = "holder/micro", Project = Project.Value }, Caller.System)).Value;
        foreach (var some in Enumerable.Range(0, _all.Count).Chunk(100))
        {
            _ = (await dispatcher.Run(Core.Leases.Reserve.Operation, new() { Scopes = [.. some.Select(Text)], TtlSeconds = 86_400 }, Holder)).Value;
        }
    }

    private static Glob Parse(string text) => Glob.Parse(text).Value;

    private static string Text(int i) => (i % 100) switch
    {
        < 40 => $"src/a{i % 97}/m{i}/**",
        < 70 => $"src/a{i % 97}/file{i}.cs",
        < 99 => $"src/a{i % 97}/**/x{i}*.cs",
        _ => $"**/name{i}.md",
    };
}
