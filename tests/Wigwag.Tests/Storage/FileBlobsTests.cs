using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Storage.Blobs;

namespace Wigwag.Tests.Storage;

/// <summary>Attachments' bytes: named by what they are, whole or not at all.</summary>
public sealed class FileBlobsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileBlobs _blobs;

    public FileBlobsTests() => _blobs = FileBlobs.Open(_folder["blobs"]);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(1_000_000)]
    public async Task Bytes_come_back_as_they_went_in(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        var blob = (await Put(bytes)).Value;

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), blob.Content.Value);
        Assert.Equal(size, blob.SizeBytes);
        Assert.Equal(bytes, await Read(blob.Content));
        Assert.Equal(blob, await ((IBlobs)_blobs).Find(blob.Content, Stop));
    }

    [Fact]
    public async Task The_same_bytes_are_kept_once_however_often_they_come()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Put("the same"u8.ToArray())));

        Assert.Single(Files());
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_and_leaves_nothing()
    {
        var refused = await _blobs.Put(new MemoryStream(new byte[1001]), 1000, Stop);

        Assert.Equal((ErrorKind.TooLarge, "attachment_too_large"), (refused.Error!.Kind, refused.Error.Code));
        Assert.Empty(Files());
        Assert.Null((await _blobs.Put(new MemoryStream(new byte[1000]), 1000, Stop)).Error);
    }

    [Fact]
    public async Task A_source_that_fails_in_the_middle_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(async () => await _blobs.Put(new TornStream(), 1_000_000, Stop));

        Assert.Empty(Files());
    }

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
    public async Task Unknown_content_is_null() =>
        Assert.Null(await _blobs.Open(ContentId.Parse(new string('0', 64)), Stop));

    [Fact]
    public async Task Files_and_folders_are_their_owners_alone()
    {
        await Put("private"u8.ToArray());

        Assert.All(Files(), file => Assert.Equal("rw-------", TemporaryFolder.Mode(file)));
        Assert.All(
            Directory.GetDirectories(_folder.Path, "*", SearchOption.AllDirectories),
            folder => Assert.Equal("rwx------", TemporaryFolder.Mode(folder)));
    }

    [Fact]
    public async Task The_type_comes_from_the_bytes()
    {
        Assert.Equal("text/plain", (await Put("naïve text\n"u8.ToArray())).Value.MediaType);
        Assert.Equal("image/png", (await Put([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])).Value.MediaType);
        Assert.Equal("application/octet-stream", (await Put([1, 2, 3, 0xff])).Value.MediaType);
    }

    private async Task<Result<Blob>> Put(byte[] bytes) => await _blobs.Put(new MemoryStream(bytes), 10_000_000, Stop);

    private async Task<byte[]> Read(ContentId content)
    {
        await using var stream = await _blobs.Open(content, Stop);
        var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

    private string[] Files() => Directory.GetFiles(_folder["blobs"], "*", SearchOption.AllDirectories);

    private sealed class TornStream : MemoryStream
    {
        public TornStream()
            : base(Encoding.ASCII.GetBytes(new string('x', 300_000)))
        {
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < 200_000 ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("torn");
    }
}
