using Wigwag.Core.Attachments;
using Wigwag.Storage.Blobs;

namespace Wigwag.Tests.Storage;

/// <summary>Attachments in a directory.</summary>
public sealed class FileBlobsTests : BlobsContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileBlobs _blobs;

    public FileBlobsTests() => _blobs = FileBlobs.Open(_folder["blobs"]);

    protected override IBlobs Blobs => _blobs;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_crash_left_unfinished_is_cleared_away_and_the_rest_is_kept()
    {
        var kept = (await Put("kept"u8.ToArray())).Value.Content;
        await File.WriteAllTextAsync(_folder["blobs/.unfinished-1"], "half", Stop);

        FileBlobs.Open(_folder["blobs"]);

        Assert.Single(Files());
        Assert.Equal("kept"u8.ToArray(), await Read(kept));
    }

    [Fact]
    public async Task Files_and_folders_are_their_owners_alone()
    {
        await Put("private"u8.ToArray());

        Assert.All(Files(), file => Assert.Equal("rw-------", TemporaryFolder.Mode(file)));
        Assert.All(
            Directory.GetDirectories(_folder.Path, "*", SearchOption.AllDirectories),
            folder => Assert.Equal("rwx------", TemporaryFolder.Mode(folder)));
    }

    protected override Task<int> Kept() => Task.FromResult(Files().Length);

    private string[] Files() => Directory.GetFiles(_folder["blobs"], "*", SearchOption.AllDirectories);
}
