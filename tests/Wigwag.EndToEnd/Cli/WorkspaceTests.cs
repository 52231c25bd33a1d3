namespace Wigwag.EndToEnd.Cli;

/// <summary>Whose agent a command speaks as, in clones of every kind, by the socket and by a key.</summary>
public sealed class WorkspaceTests : IDisposable
{
    private readonly Town _town = new();

    public void Dispose() => _town.Dispose();

    private string Agent(string folder, params string[] more) =>
        _town.WigwagIn(folder, ["agent", "show", "--json", .. more]).Fine().Json.GetProperty("agent").GetString()!;

    [Fact]
    public void Each_working_copy_keeps_its_agent_without_being_asked_for_anything()
    {
        var dave = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        var main = _town.Clone("main/vc", "https://github.com/steveyegge/vc");
        var copy = Path.Combine(_town.Folder, "src", "copy", "vc");

        Assert.Equal(("dave/vc", "main/vc", "dave/vc"), (Agent(dave), Agent(main), Agent(dave)));
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        Run("cp", "-a", dave, copy);
        Assert.Equal(("copy/vc", "dave/vc"), (Agent(copy), Agent(dave)));
        Assert.Equal(("ui/vc", "dave/vc"), (Agent(dave, "--as", "ui"), Agent(dave)));
        // Moved away and back: another workspace meanwhile.
        Directory.Move(dave, dave + "-moved");
        Assert.NotEqual("dave/vc", Agent(dave + "-moved"));
        Directory.Move(dave + "-moved", dave);
        Assert.Equal("dave/vc", Agent(dave));
    }

    [Fact]
    public void A_working_copy_is_the_same_agent_with_a_key_over_the_network_and_others_are_not()
    {
        var dave = _town.Clone("dave/vc", "https://github.com/steveyegge/vc");
        var other = _town.Clone("other/vc", "https://github.com/steveyegge/vc");
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        Assert.Equal("dave/vc", Agent(dave));
        var key = _town.Wigwag("key", "create", "laptop", "--role", "operator", "--operator", "Bo <bo@example.org>", "--json").Fine().Json.GetProperty("token").GetString()!;
        _town.Environment["WIGWAG_URL"] = _town.Url();
        _town.Environment["WIGWAG_TOKEN"] = key;

        // Recognized by what the clone shows; one that nobody registered is an agent of the key's human.
        Assert.Equal(("dave/vc", "other/vc"), (Agent(dave), Agent(other)));
        Assert.Equal("Bo <bo@example.org>", _town.WigwagIn(other, "agent", "show", "--json").Fine().Json.GetProperty("operator").GetString());
        // Without what it shows, the place alone is nobody's.
        _town.Environment["WIGWAG_TOKEN"] = Key("Mallory <m@example.org>");
        Directory.Delete(Path.Combine(dave, ".git", "wigwag"), recursive: true);
        Assert.Equal("dave-2/vc", Agent(dave));
    }

    private string Key(string human)
    {
        var (address, token) = (_town.Environment["WIGWAG_URL"], _town.Environment["WIGWAG_TOKEN"]);
        _town.Environment.Remove("WIGWAG_URL");
        _town.Environment.Remove("WIGWAG_TOKEN");
        var made = _town.Wigwag("key", "create", "another", "--role", "operator", "--operator", human, "--json").Fine().Json.GetProperty("token").GetString()!;
        (_town.Environment["WIGWAG_URL"], _town.Environment["WIGWAG_TOKEN"]) = (address, token);
        return made;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
