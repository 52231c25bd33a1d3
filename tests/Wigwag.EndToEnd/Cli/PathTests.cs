namespace Wigwag.EndToEnd.Cli;

/// <summary>Paths as somebody types them who stands in a folder of a clone.</summary>
public sealed class PathTests : IDisposable
{
    private readonly Town _town = new();
    private readonly string _lib;
    private readonly string _main;

    public PathTests()
    {
        _lib = Path.Combine(_town.Clone("dave/vc", "git@github.com:steveyegge/vc.git"), "lib");
        _main = _town.Clone("main/vc", "git@github.com:steveyegge/vc.git");
        Directory.CreateDirectory(_lib);
        File.WriteAllText(Path.Combine(_lib, "parser.js"), "1\n");
    }

    [Fact]
    public void What_is_reserved_in_a_folder_is_the_file_there()
    {
        var reserved = _town.WigwagIn(_lib, "reserve", "parser.js", "--json").Fine();
        Assert.Empty(reserved.Complaint);
        Assert.Equal("lib/parser.js", reserved.Json.GetProperty("granted")[0].GetProperty("scope").GetString());
        Assert.Single(_town.WigwagIn(_main, "check", "lib/parser.js", "--json").Json.GetProperty("held").EnumerateArray());
        Assert.Single(_town.WigwagIn(_main, "check", ".", "--json").Json.GetProperty("held").EnumerateArray());
        _town.WigwagIn(_lib, "release", "./parser.js").Fine();
        Assert.Empty(_town.WigwagIn(_main, "check", "lib/parser.js", "--json").Json.GetProperty("held").EnumerateArray());
    }

    [Fact]
    public void One_that_stands_for_no_file_is_taken_with_a_note_and_one_outside_refused_by_name()
    {
        Assert.Contains("git knows no file that lib/parsr.js stands for", _town.WigwagIn(_lib, "reserve", "parsr.js").Fine().Complaint, StringComparison.Ordinal);
        Assert.Contains("git knows no file that lib/*.c stands for", _town.WigwagIn(_lib, "check", "--patterns", "*.c", "parser.js").Complaint, StringComparison.Ordinal);
        Assert.Empty(_town.WigwagIn(_lib, "reserve", "*.js", "../lib/**").Fine().Complaint);
        Assert.Empty(_town.WigwagIn(_lib, "reserve", "other.js", "--quiet").Fine().Complaint);
        var outside = _town.WigwagIn(_lib, "reserve", "/etc/passwd");
        Assert.Equal(2, outside.ExitCode);
        Assert.Contains("'/etc/passwd' is outside this clone", outside.Complaint, StringComparison.Ordinal);
        Assert.Contains("Write it as 'lib/x'", _town.WigwagIn(_lib, "reserve", @"lib\x").Complaint, StringComparison.Ordinal);
    }

    public void Dispose() => _town.Dispose();
}
