using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Tests.Git;

namespace Wigwag.Tests.Cli;

/// <summary>Paths on the command line are read as git reads them, by every command that takes any.</summary>
public sealed class PathArgumentsTests : IDisposable
{
    private readonly Clones _clones = new();
    private readonly string _root;

    public PathArgumentsTests()
    {
        _clones.Make("vc");
        foreach (var file in (string[])["lib/parser.js", "lib/sub/x.js", "app/[id]/page.tsx", "lib/back\\slash.js", "lib/db:users", "db:users", "vc/deep/a.txt", "README"])
        {
            _clones.Write($"vc/{file}", "1\n");
        }
        _clones.Write("beads/src/a.go", "1\n");
        _root = RealPath.Of(_clones["vc"]);
        File.CreateSymbolicLink($"{_root}/linked", "lib");
        File.CreateSymbolicLink($"{_root}/lib/one.js", "sub/x.js");
        File.CreateSymbolicLink($"{_root}/out", "../beads");
        File.CreateSymbolicLink(_clones["dvc"], "vc");
    }

    private static IEnumerable<(Command Command, Field Field)> Taking => CatalogCommands.All().SelectMany(command => command.Fields.Where(each => each.Paths is not null).Select(each => (command, each)));

    public static TheoryData<string, string> Fields => [.. Taking.Select(each => (each.Command.Words, each.Field.Name))];

    private static List<string> Resolved(string words, string name, string folder, string typed, params string[] more)
    {
        var command = CatalogCommands.All().Single(command => command.Words == words);
        var field = command.Fields.Single(field => field.Name == name);
        // What stands before it on the line.
        var before = command.Positionals.TakeWhile(each => each != field).Select(_ => "main/vc");
        string[] arguments = field.IsPositional ? [.. more, "--", .. before, typed] : [.. more, $"--{field.Option}={typed}", "--", "README"];
        var line = CommandLine.Parse(command, arguments);
        PathArguments.Resolve(command, line, Standing.At(folder), folder);
        return [.. line.Values(name)];
    }

    private List<string> Reserved(string folder, string typed, params string[] more) => Resolved("reserve", "scopes", Path.Combine(_root, folder).TrimEnd('/'), typed, more);

    private List<string> Checked(string folder, string typed) => Resolved("check", "paths", Path.Combine(_root, folder).TrimEnd('/'), typed);

    [Theory]
    [MemberData(nameof(Fields))]
    public void Every_command_takes_them_relative_to_the_current_folder(string words, string name)
    {
        Assert.Equal(["lib/parser.js"], Resolved(words, name, $"{_root}/lib", "parser.js"));
        Assert.Equal(["README"], Resolved(words, name, $"{_root}/lib", ":/README"));
        Assert.Equal(["README"], Resolved(words, name, $"{_root}/lib", $"{_root}/README"));
        Assert.Contains("outside this clone", Assert.Throws<Refusal>(() => Resolved(words, name, $"{_root}/lib", "/etc/passwd")).Error.Message, StringComparison.Ordinal);
        Assert.Contains("slashes", Assert.Throws<Refusal>(() => Resolved(words, name, _root, @"lib\parser.js")).Error.Message, StringComparison.Ordinal);
        Assert.Contains(PathArguments.FromHere, Taking.Single(each => each.Command.Words == words && each.Field.Name == name).Field.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lib", "parser.js", "lib/parser.js")]
    [InlineData("lib", "./parser.js", "lib/parser.js")]
    [InlineData("lib", "../README", "README")]
    [InlineData("lib/sub", "../*.js", "lib/*.js")]
    [InlineData("lib", "sub/", "lib/sub/")]
    [InlineData("lib", "sub//x.js", "lib/sub/x.js")]
    [InlineData("lib", ".", "lib")]
    [InlineData("lib", "..", "**")]
    [InlineData("lib", ":/", "**")]
    [InlineData("", ".", "**")]
    [InlineData("lib", ":/lib/*.js", "lib/*.js")]
    [InlineData("lib", "**/*.js", "lib/**/*.js")]
    [InlineData("lib", "{a,b}/../c", "lib/{a,b}/../c")]
    [InlineData("app/[id]", "page.tsx", @"app/\[id\]/page.tsx")]
    [InlineData("", "app/[id]/page.tsx", @"app/\[id\]/page.tsx")]
    [InlineData("", @"app/\[id\]/page.tsx", @"app/\[id\]/page.tsx")]
    [InlineData("lib", "db:users", "db:users")]
    [InlineData("lib", "./db:users", "lib/db:users")]
    [InlineData("", "./db:users", "./db:users")]
    [InlineData("lib", @"back\\slash.js", @"lib/back\\slash.js")]
    [InlineData("vc", "deep/a.txt", "vc/deep/a.txt")]
    public void A_scope_is_what_a_reader_of_git_would_expect(string folder, string typed, string scope) => Assert.Equal([scope], Reserved(folder, typed));

    [Theory]
    [InlineData("", "lib", "lib/")]
    [InlineData("lib", "sub", "lib/sub/")]
    [InlineData("lib", "none", "lib/none")]
    [InlineData("", "app/[id]/page.tsx", "app/[id]/page.tsx")]
    [InlineData("lib", @"back\slash.js", @"lib/back\slash.js")]
    public void A_path_is_taken_as_it_is_named(string folder, string typed, string path) => Assert.Equal([path], Checked(folder, typed));

    [Fact]
    public void The_whole_repository_is_a_pattern()
    {
        Assert.Empty(Checked("", "."));
        var command = CatalogCommands.All().Single(command => command.Words == "check");
        var line = CommandLine.Parse(command, ["."]);
        PathArguments.Resolve(command, line, Standing.At(_root), _root);
        Assert.Equal(["**"], line.Values("patterns"));
        Assert.True(line.Has("paths"));
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData(":/../x")]
    [InlineData("/")]
    [InlineData(":!x")]
    [InlineData(":(glob)x")]
    [InlineData("")]
    [InlineData("x\ufffd.txt")]
    [InlineData("x\\")]
    public void What_is_no_path_of_the_clone_is_refused(string typed) => Assert.Throws<Refusal>(() => Reserved("lib", typed));

    [Fact]
    public void A_path_through_a_link_counts_as_named_and_as_it_leads()
    {
        Assert.Equal(["linked/parser.js", "lib/parser.js"], Reserved("", "linked/parser.js"));
        Assert.Equal(["linked/*.js", "lib/*.js"], Reserved("", "linked/*.js"));
        Assert.Equal(["lib/one.js", "lib/sub/x.js"], Reserved("lib", "one.js"));
        Assert.Equal(["linked/", "lib/"], Checked("", "linked"));
        Assert.Equal(["out/src/a.go"], Reserved("", "out/src/a.go"));
        Assert.Equal(["lib/parser.js"], Reserved("", _clones["dvc/lib/parser.js"]));
        Assert.Equal(["lib/sub/x.js"], Resolved("lock acquire", "file_path", _root, "lib/one.js"));
    }

    [Fact]
    public void Of_another_project_they_are_relative_to_its_root()
    {
        _clones.Git("vc", "remote", "add", "origin", "git@github.com:steveyegge/vc.git");
        Assert.Equal(["lib/parser.js"], Reserved("lib", "parser.js", "--project", "vc"));
        Assert.Equal(["lib/parser.js"], Reserved("lib", "parser.js", "--project", "github.com/steveyegge/vc"));
        Assert.Equal(["parser.js"], Reserved("lib", "parser.js", "--project", "beads"));
        Assert.Throws<Refusal>(() => Reserved("lib", $"{_root}/lib/parser.js", "--project", "beads"));
    }

    public void Dispose() => _clones.Dispose();
}
