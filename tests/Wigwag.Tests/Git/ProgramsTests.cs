using Wigwag.Git;

namespace Wigwag.Tests.Git;

/// <summary>Programs are looked for where no clone can put one.</summary>
public sealed class ProgramsTests : IDisposable
{
    private readonly Clones _clones = new();

    public void Dispose() => _clones.Dispose();

    private IReadOnlyList<string> Folders(string path, string around) => Programs.Folders(path, [_clones[around]]);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":")]
    [InlineData("..")]
    [InlineData("bin")]
    [InlineData("./bin:../bin::~/bin:$PWD/bin")]
    public void An_entry_that_is_not_absolute_is_passed_over(string path)
    {
        _clones.Make("vc");
        Assert.Equal(["/usr/bin", "/bin"], Folders($"{path}:/usr/bin:{path}:/bin:{path}", "vc"));
    }

    [Fact]
    public void An_absolute_entry_in_the_clone_is_passed_over_however_it_is_spelled()
    {
        _clones.Make("vc");
        _clones.Write("vc/sub/bin/git", "");
        File.CreateSymbolicLink(_clones["way"], _clones["vc"]);
        File.CreateSymbolicLink(_clones["vc/out"], "/usr/bin");
        string[] spellings = ["vc", "vc/sub/bin", "vc//", "way/sub/bin", "other/../vc/sub", "vc/out", "vc/.git"];
        var path = string.Join(':', spellings.Select(entry => _clones[entry]).Append("/usr/bin"));
        Assert.Equal(["/usr/bin"], Folders(path, "vc"));
        Assert.Equal(["/usr/bin"], Folders(path, "vc/sub"));
        Assert.Equal(["/usr/bin"], Folders(path, "way/sub/bin"));
        Assert.Contains(_clones["vc2"], Folders(_clones["vc2"], "vc"));
    }

    [Fact]
    public void A_submodule_and_a_worktree_keep_out_of_the_clone_that_they_belong_to()
    {
        _clones.Make("beads");
        _clones.Make("vc");
        _clones.Git("vc", "submodule", "--quiet", "add", _clones["beads"], "beads");
        _clones.Git("vc", "worktree", "add", "-q", "../topic");
        var path = $"{_clones["vc/bin"]}:{_clones["vc/beads/bin"]}:{_clones["topic/bin"]}:/usr/bin";
        Assert.Equal(["/usr/bin"], Folders(path, "vc/beads").Except([_clones["topic/bin"]]));
        Assert.Equal(["/usr/bin"], Folders(path, "topic"));
    }

    [Fact]
    public void What_is_found_is_an_executable_file_by_its_absolute_path()
    {
        Assert.Matches("^/.*/git$", Programs.Find("git", "/"));
        Assert.Matches("^/.*/git$", Programs.Prepare("git", "/", "version")!.FileName);
        Assert.Null(Programs.Find("no-such-program-anywhere", "/"));
        Assert.Null(Programs.Prepare("no-such-program-anywhere", "/"));
        Assert.Throws<ArgumentException>(() => Programs.Find("./git", "/"));
        Assert.Throws<ArgumentException>(() => Programs.Prepare("bin/git", "/"));
    }
}
