using Wigwag.Core.Hooks;
using Wigwag.Program.Init;
using Wigwag.Program.Transport;

namespace Wigwag.Tests.Init;

/// <summary>Setting up a client puts its entries into files that others wrote, and takes them out to the byte.</summary>
public sealed class FilePlanTests
{
    private static readonly ProgramName Program = new("/opt/wigwag", IsOnPath: true);
    private static readonly ProgramName Moved = new("/opt/old place/wigwag", IsOnPath: false);

    public static TheoryData<string, string> Files =>
        [.. ClientSetup.All.SelectMany(client => client.Files(Program, null).Select(file => (client.Name, file.Path)))];

    private static (WantedFile File, HookClient Client) Wanted(string client, string path, ProgramName? program = null, string? http = null)
    {
        var setup = ClientSetup.All.Single(each => each.Name == client);
        return (setup.Files(program ?? Program, http).Single(file => file.Path == path), setup.Client);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_not_there_is_made_and_goes_again(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        var made = FilePlan.Install(file, owner, null, null);
        Assert.True(FilePlan.IsComplete(file, owner, made.After!));
        Assert.EndsWith("\n", made.After, StringComparison.Ordinal);
        Assert.Null(FilePlan.Uninstall(file, owner, made.After, made.Record).After);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Any_file_of_others_gets_the_entries_and_loses_them_to_the_byte(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        for (var seed = 0; seed < 400; seed++)
        {
            var before = path.EndsWith(".toml", StringComparison.Ordinal) ? OthersFiles.Toml(seed) : OthersFiles.Json(seed, file);
            var installed = FilePlan.Install(file, owner, before, null);
            Assert.True(FilePlan.IsComplete(file, owner, installed.After!), $"seed {seed}:\n{before}\n--\n{installed.After}");
            var again = FilePlan.Install(file, owner, installed.After, installed.Record);
            Assert.True(again.IsNone, $"seed {seed}: a second time changes it:\n{again.After}");
            // Every line of theirs is there, but for a comma.
            Assert.True(IsWithin(before, installed.After!), $"seed {seed}:\n{before}\n--\n{installed.After}");
            var undone = FilePlan.Uninstall(file, owner, installed.After, installed.Record).After;
            Assert.True(undone == before, $"seed {seed}:\n{before}\n--\n{undone}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_others_change_afterwards_stays_and_the_rest_is_as_it_was(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        for (var seed = 0; seed < 400; seed++)
        {
            var isToml = path.EndsWith(".toml", StringComparison.Ordinal);
            var before = isToml ? OthersFiles.Toml(seed) : OthersFiles.Json(seed, file);
            var installed = FilePlan.Install(file, owner, before, null);
            // Somebody writes a line at the top of the file.
            var note = isToml ? "# a note\n" : "// a note\n";
            var mark = before.StartsWith('\ufeff') ? 1 : 0;
            var (edited, expected) = (installed.After!.Insert(mark, note), before.Insert(mark, note));
            var undone = FilePlan.Uninstall(file, owner, edited, installed.Record).After;
            Assert.True(undone == expected, $"seed {seed}:\n{expected}\n--\n{undone}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Without_a_record_the_entries_are_found_by_what_they_say_and_others_stay(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        for (var seed = 0; seed < 400; seed++)
        {
            var isToml = path.EndsWith(".toml", StringComparison.Ordinal);
            var before = isToml ? OthersFiles.Toml(seed) : OthersFiles.Json(seed, file);
            var installed = FilePlan.Install(file, owner, before, null);
            var undone = FilePlan.Uninstall(file, owner, installed.After, null).After!;
            Assert.DoesNotContain("wigwag", undone, StringComparison.Ordinal);
            if (!isToml)
            {
                Assert.True(Same(JsonText.Parse(before), JsonText.Parse(undone)), $"seed {seed}:\n{before}\n--\n{undone}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Entries_of_a_program_that_moved_are_replaced(string client, string path)
    {
        var (old, owner) = Wanted(client, path, Moved);
        var (file, _) = Wanted(client, path);
        var before = path.EndsWith(".toml", StringComparison.Ordinal) ? "model = \"x\"\n" : "{\n  \"version\": 1,\n  \"theirs\": 1\n}\n";
        foreach (var keepsRecord in new[] { true, false })
        {
            var stale = FilePlan.Install(old, owner, before, null);
            Assert.False(FilePlan.IsComplete(file, owner, stale.After!));
            var renewed = FilePlan.Install(file, owner, stale.After, keepsRecord ? stale.Record : null);
            Assert.DoesNotContain("old place", renewed.After, StringComparison.Ordinal);
            Assert.True(FilePlan.IsComplete(file, owner, renewed.After!));
            // What nobody remembers putting in was somebody's, and comes back.
            Assert.Equal(keepsRecord ? before : stale.After, FilePlan.Uninstall(file, owner, renewed.After, renewed.Record).After);
        }
    }

    [Fact]
    public void A_server_that_the_user_named_wigwag_stays_the_users()
    {
        var (file, owner) = Wanted("claude-code", ".mcp.json");
        const string before = """{ "mcpServers": { "wigwag": { "type": "http", "url": "https://wigwag.example.org/mcp" } } }""";
        Assert.True(FilePlan.Install(file, owner, before, null).IsNone);
        Assert.True(FilePlan.Uninstall(file, owner, before, null).IsNone);
    }

    [Fact]
    public void Hooks_by_http_name_the_variable_of_the_key_and_never_the_key()
    {
        var (file, owner) = Wanted("claude-code", ".claude/settings.json", http: "http://127.0.0.1:8765");
        var made = FilePlan.Install(file, owner, null, null).After!;
        Assert.Contains("http://127.0.0.1:8765/v1/hooks/claude-code/PreToolUse", made, StringComparison.Ordinal);
        Assert.Contains("Bearer $WIGWAG_TOKEN", made, StringComparison.Ordinal);
        Assert.Contains("wigwag hook claude-code SessionStart", made, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"hooks\": [] }")]
    [InlineData("{ \"hooks\": { \"PreToolUse\": {} } }")]
    [InlineData("[]")]
    [InlineData("{ \"a\": 1 \"b\": 2 }")]
    [InlineData("{ \"a\": }")]
    [InlineData("{")]
    public void A_file_that_cannot_be_understood_is_left_alone(string before)
    {
        var (file, owner) = Wanted("claude-code", ".claude/settings.json");
        Assert.Throws<FormatException>(() => FilePlan.Install(file, owner, before, null));
    }

    [Theory]
    [InlineData("{}", "{ \"version\": 1,")]
    [InlineData("{\"a\":1}", null)]
    [InlineData("{\r\n\t\"a\": 1\r\n}\r\n", null)]
    public void The_files_own_way_of_writing_is_kept(string before, string? _)
    {
        var (file, owner) = Wanted("cursor", ".cursor/mcp.json");
        var after = FilePlan.Install(file, owner, before, null).After!;
        Assert.Equal(before.Contains("\r\n", StringComparison.Ordinal), after.Contains("\r\n", StringComparison.Ordinal));
        Assert.Equal(before.Contains("\r\n", StringComparison.Ordinal), after.Contains("\t\"mcpServers\"", StringComparison.Ordinal));
        if (before.StartsWith("{\"a\"", StringComparison.Ordinal))
        {
            Assert.DoesNotContain('\n', after);
        }
    }

    private static bool IsWithin(string before, string after)
    {
        var at = 0;
        foreach (var c in before)
        {
            at = after.IndexOf(c, at) + 1;
            if (at == 0)
            {
                return false;
            }
        }
        return true;
    }

    private static bool Same(JsonText? a, JsonText? b)
    {
        if (a is null || b is null)
        {
            return (a ?? b) is not { } only || only.Items.All(IsHollow);
        }
        // A container that was empty may have gone with what was put into it.
        var (left, right) = (a.Items.Where(item => !IsHollow(item)).ToList(), b.Items.Where(item => !IsHollow(item)).ToList());
        return a.Kind == b.Kind && a.Text == b.Text && a.Name == b.Name && left.Count == right.Count && left.Zip(right).All(pair => Same(pair.First, pair.Second));
    }

    private static bool IsHollow(JsonText item) => item.Kind is JsonKind.Object or JsonKind.List && item.Items.All(IsHollow) || item.Name == "version";
}
