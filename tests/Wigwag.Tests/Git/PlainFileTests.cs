using Wigwag.Git;

namespace Wigwag.Tests.Git;

/// <summary>A file of a clone's is read to a limit, waits for nobody, and is no file of the reader's.</summary>
public sealed class PlainFileTests : IDisposable
{
    private const int Limit = 64 << 10;

    private readonly Clones _clones = new();

    public void Dispose() => _clones.Dispose();

    [Theory]
    [InlineData("fifo", "not_a_file", "a FIFO")]
    [InlineData("zero", "not_a_file", "a device")]
    [InlineData("folder", "not_a_file", "a folder")]
    [InlineData("huge", "file_too_large", "64 KiB")]
    public void What_is_no_file_to_read_is_refused_and_named(string kind, string code, string what)
    {
        _clones.Write("secret", "of the reader");
        SpecialFiles.Put(kind, _clones["vc/x"], _clones["secret"]);
        var error = PlainFile.Read(_clones["vc/x"], Limit).Error!;
        Assert.Equal(code, error.Code);
        Assert.Contains(_clones["vc/x"], error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Next);
    }

    [Theory]
    [InlineData("x -> ../secret")]
    [InlineData("x -> y/secret", "y -> ..")]
    [InlineData("x -> /dev/zero")]
    [InlineData("x -> ../nowhere")]
    public void A_link_out_of_the_clone_is_refused_and_one_inside_is_followed(params string[] links)
    {
        _clones.Write("secret", "of the reader");
        _clones.Write("vc/a/b", "of the clone");
        foreach (var link in links.Select(link => link.Split(" -> ")))
        {
            File.CreateSymbolicLink(_clones[$"vc/{link[0]}"], link[1]);
        }
        File.CreateSymbolicLink(_clones["vc/inside"], "a/../a/b");
        var error = PlainFile.Read(_clones["vc/x"], Limit, _clones["vc"]).Error!;
        Assert.Equal("link_outside", error.Code);
        Assert.Equal("of the clone", PlainFile.ReadText(_clones["vc/inside"], Limit, _clones["vc"]).Value);
    }

    [Fact]
    public void What_is_not_there_is_nothing_and_what_is_exactly_as_large_as_the_limit_is_read()
    {
        Assert.Null(PlainFile.Read(_clones["vc/x"], Limit).Value);
        Assert.Null(PlainFile.Read(_clones["vc/x/y/z"], Limit, _clones["vc"]).Value);
        _clones.Write("vc/x", new string('x', Limit));
        Assert.Equal(Limit, PlainFile.Read(_clones["vc/x"], Limit).Value!.Length);
        _clones.Write("vc/x", new string('x', Limit + 1));
        Assert.Equal("file_too_large", PlainFile.Read(_clones["vc/x"], Limit).Error?.Code);
        _clones.Write("vc/x", "");
        Assert.Empty(PlainFile.Read(_clones["vc/x"], Limit).Value!);
        _clones.Write("vc/x", "\ufeffx");
        Assert.Equal("x", PlainFile.ReadText(_clones["vc/x"], Limit).Value);
    }

    /// <summary>What git itself would read to no end: it is not asked.</summary>
    [Theory]
    [InlineData(".git/HEAD")]
    [InlineData(".git/config")]
    [InlineData(".git/config.worktree")]
    [InlineData(".git/commondir")]
    [InlineData(".git/packed-refs")]
    [InlineData(".git/shallow")]
    [InlineData(".git/index")]
    [InlineData(".git/objects/info/alternates")]
    [InlineData(".git/refs/heads/main")]
    [InlineData(".git/refs/remotes/origin/deep/er")]
    [InlineData(".gitmodules")]
    public async Task A_clone_whose_own_files_never_end_is_refused_without_asking_git(string file)
    {
        foreach (var kind in (string[])["fifo", "zero"])
        {
            _clones.Make(kind);
            SpecialFiles.Put(kind, _clones[$"{kind}/{file}"], _clones["secret"]);
            var error = await _clones.Refused(kind);
            Assert.Contains(error.Code, (string[])["unreadable_repository", "unreadable_folder"]);
            Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(".wigwag/config.yaml")]
    [InlineData(".beads/coordination.yaml")]
    public async Task A_configuration_that_is_no_plain_file_is_a_bad_one(string file)
    {
        foreach (var kind in SpecialFiles.Kinds)
        {
            _clones.Make(kind);
            _clones.Write("secret", "external_projects: {}");
            SpecialFiles.Put(kind, _clones[$"{kind}/{file}"], _clones["secret"]);
            var error = await _clones.Refused(kind);
            Assert.Equal("bad_config", error.Code);
            Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
        }
    }
}
