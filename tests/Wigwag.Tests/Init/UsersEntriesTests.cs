using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Hooks;
using Wigwag.Program.Init;
using Wigwag.Program.Transport;

namespace Wigwag.Tests.Init;

/// <summary>What a user has made of Wigwag's entries in a client's file is theirs, whatever they call it, and a file that is broken already is left alone.</summary>
public sealed class UsersEntriesTests
{
    private static readonly ProgramName Program = new("/opt/wigwag", IsOnPath: true);

    private static readonly string[] Servers =
    [
        """{ "type": "http", "url": "https://wigwag.example.org/mcp" }""",
        """{ "command": "wigwag", "args": ["mcp", "--toolsets", "all"] }""",
        """{ "command": "wigwag", "args": ["mcp"], "env": { "WIGWAG_AGENT": "ui/vc" } }""",
        """{ "type": "stdio", "command": "/opt/mine/wigwag", "args": ["mcp"], "disabled": true }""",
        """{ "type": "stdio", "command": "wigwag", "args": ["mcp"] }""",
        """{ "command": "/gone/bin/wigwag", "args": ["mcp"] }""",
        """{ "command": "node", "args": ["wigwag.js"] }""",
        "{}",
        "null",
        "\"wigwag\"",
    ];

    private static readonly string[] Tables =
    [
        "[mcp_servers.wigwag]\ncommand = \"/opt/mine/wigwag\"\nargs = [\"mcp\", \"--toolsets\", \"all\"]\n",
        "[mcp_servers.wigwag]\ncommand = \"wigwag\"\nargs = [\"mcp\"]\nenv = { WIGWAG_AGENT = \"ui/vc\" }\n",
        "[mcp_servers.wigwag]\ncommand = \"wigwag\"\nargs = [\"mcp\"]\n\n[mcp_servers.wigwag.env]\nA = \"1\"\n",
        "[mcp_servers.wigwag]\n# mine\ncommand = \"wigwag\"\nargs = [\"mcp\"]\n",
        "[mcp_servers.wigwag]\ncommand = \"wigwag\"\nargs = [\"mcp\"]\n",
        "[mcp_servers.wigwag]\ncommand = \"/gone/bin/wigwag\"\nargs = [\"mcp\"]\n",
        "[ \"mcp_servers\" . 'wigwag' ]\ncommand = 'x'\n",
        "[mcp_servers]\nwigwag = { command = \"x\" }\n",
        "mcp_servers.wigwag.command = \"x\"\n",
        "[mcp_servers.wigwag]\nurl = \"https://wigwag.example.org/mcp\"\n",
    ];

    public static TheoryData<string, string> Files =>
        [.. ClientSetup.All.SelectMany(client => client.Files(Program, null).Select(file => (client.Name, file.Path)))];

    private static (WantedFile File, HookClient Client) Wanted(string client, string path)
    {
        var setup = ClientSetup.All.Single(each => each.Name == client);
        return (setup.Files(Program, null).Single(file => file.Path == path), setup.Client);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Setting_up_twice_and_undoing_it_leaves_the_users_file_to_the_byte(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        for (var seed = 0; seed < 600; seed++)
        {
            var (before, entry) = Users(seed, file, owner);
            var first = FilePlan.Install(file, owner, before, null);
            var second = FilePlan.Install(file, owner, first.After, first.Record);
            Assert.True(second.IsNone, $"seed {seed}: a second time changes it:\n{first.After}\n--\n{second.After}");
            // Kept as it is, or given back: only an entry of Wigwag's own form that names a program that is gone gives way.
            Assert.True(first.After!.Contains(entry, StringComparison.Ordinal) || entry.Contains("/gone/", StringComparison.Ordinal), $"seed {seed}: {entry} is lost:\n{before}\n--\n{first.After}");
            Assert.True(IsStrict(file, first.After) || !IsStrict(file, before), $"seed {seed}: no program but Wigwag reads it any more:\n{first.After}");
            var undone = FilePlan.Uninstall(file, owner, second.After, second.Record).After;
            Assert.True(undone == before, $"seed {seed}:\n{before}\n--\n{undone}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_the_user_writes_between_setting_up_and_undoing_stays(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var (before, entry) = Users(seed, file, owner);
            var installed = FilePlan.Install(file, owner, before, null);
            // A line of their own at some line's end.
            var breaks = Enumerable.Range(0, installed.After!.Length).Where(at => installed.After[at] == '\n').ToList();
            var at = breaks.Count == 0 ? installed.After.StartsWith('\ufeff') ? 1 : 0 : breaks[random.Next(breaks.Count)] + 1;
            var note = $"{(IsToml(file) ? "#" : "//")} a note of {seed}\n";
            var edited = installed.After.Insert(at, note);
            if (!Reads(file, edited))
            {
                continue; // within a text of several lines
            }
            var undone = FilePlan.Uninstall(file, owner, edited, installed.Record).After;
            Assert.True(undone?.Contains(note.TrimEnd('\n'), StringComparison.Ordinal) == true, $"seed {seed}:\n{edited}\n--\n{undone}");
            Assert.True(Reads(file, undone), $"seed {seed}:\n{undone}");
            Assert.True(undone.Contains(entry, StringComparison.Ordinal) || !edited.Contains(entry, StringComparison.Ordinal), $"seed {seed}: {entry}\n{edited}\n--\n{undone}");
        }
    }

    [Theory]
    [InlineData("claude-code", ".mcp.json")]
    [InlineData("gemini", ".gemini/settings.json")]
    [InlineData("cursor", ".cursor/mcp.json")]
    public void An_entry_that_the_user_has_added_to_since_is_theirs(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        var installed = FilePlan.Install(file, owner, "{\n  \"theirs\": 1\n}\n", null);
        var edited = installed.After!.Replace("\"args\": [\"mcp\"]", "\"args\": [\"mcp\"], \"env\": { \"WIGWAG_AGENT\": \"ui/vc\" }", StringComparison.Ordinal);
        Assert.NotEqual(installed.After, edited);
        Assert.True(FilePlan.Install(file, owner, edited, installed.Record).IsNone);
        Assert.Contains("ui/vc", FilePlan.Uninstall(file, owner, edited, installed.Record).After, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_broken_is_left_alone_and_one_that_is_not_is_never_broken(string client, string path)
    {
        var (file, owner) = Wanted(client, path);
        var broken = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var (before, _) = Users(seed, file, owner);
            var at = random.Next(before.Length);
            var damaged = random.Next(2) == 0 ? before.Remove(at, 1) : before.Insert(at, "\"[]{}=,:\n".Substring(random.Next(9), 1));
            if (!Reads(file, damaged))
            {
                broken++;
                Assert.Throws<FormatException>(() => FilePlan.Install(file, owner, damaged, null));
                continue;
            }
            try
            {
                var installed = FilePlan.Install(file, owner, damaged, null);
                Assert.True(Reads(file, installed.After!), $"seed {seed}:\n{damaged}\n--\n{installed.After}");
                Assert.Equal(damaged, FilePlan.Uninstall(file, owner, installed.After, installed.Record).After ?? "");
            }
            catch (FormatException)
            {
                // It reads, and has something where an object or a list should be.
            }
        }
        Assert.True(broken > 50);
    }

    private static bool IsToml(WantedFile file) => file.Path.EndsWith(".toml", StringComparison.Ordinal);

    private static bool Reads(WantedFile file, string text)
    {
        try
        {
            if (IsToml(file))
            {
                TomlText.Check(text);
                return true;
            }
            return JsonText.Parse(text) is { Kind: JsonKind.Object } or null;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsStrict(WantedFile file, string text)
    {
        try
        {
            if (IsToml(file))
            {
                TomlText.Check(text);
                return true;
            }
            JsonDocument.Parse(text.TrimStart('\ufeff')).Dispose();
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }

    // A file of others, with an entry that the user has made for Wigwag; and that entry as it stands there.
    private static (string Text, string Entry) Users(int seed, WantedFile file, HookClient client)
    {
        var random = new Random(seed);
        if (IsToml(file))
        {
            var table = Tables[random.Next(Tables.Length)];
            var others = OthersFiles.Toml(seed);
            var newLine = others.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
            table = table.Replace("\n", newLine, StringComparison.Ordinal);
            // A key with dots belongs to no table, so that it comes first.
            var text = table.StartsWith("mcp_servers", StringComparison.Ordinal) || others.Length == 0 ? table + others
                : others + (others.EndsWith('\n') ? "" : newLine) + (random.Next(2) == 0 ? newLine : "") + table;
            return (random.Next(6) == 0 ? text.TrimEnd('\r', '\n') : text, table.TrimEnd('\r', '\n'));
        }
        string[] odd = ["{\"mcpServers\":{},\"mcpServers\":{\"a\":{}}}", "{\"hooks\":{},\"hooks\":{}}\r\n", "\ufeff{}", "{ }"];
        var editor = new JsonEditor(random.Next(8) == 0 ? odd[random.Next(odd.Length)] : OthersFiles.Json(seed, file));
        var hooks = file.Values.OfType<Wanted.Hook>().ToList();
        if (hooks.Count > 0 && random.Next(2) == 0)
        {
            var hook = hooks[random.Next(hooks.Count)];
            string[] commands = [$"WIGWAG_AGENT=ui/vc {hook.Command}", $"timeout 5 {hook.Command} || true", hook.Command, $"/gone/bin/{hook.Command}"];
            var command = commands[random.Next(commands.Length)];
            editor.Append(hook.Path, new JsonObject { ["hooks"] = new JsonArray(new JsonObject { ["type"] = "command", ["command"] = command, ["timeout"] = 3 }) });
            return (editor.Text, Json.Quote(command));
        }
        if (file.Values.OfType<Wanted.Member>().FirstOrDefault() is { } member)
        {
            var server = Servers[random.Next(Servers.Length)];
            editor.SetMember(member.Path, member.Name, JsonValue.Create("PLACE"));
            return (editor.Text.Replace("\"PLACE\"", server, StringComparison.Ordinal), server);
        }
        return (editor.Text, "");
    }
}
