using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;

namespace Wigwag.Tests.Storage;

/// <summary>Attachments' bytes, wherever they are kept: named by what they are, whole or not at all.</summary>
public abstract class BlobsContract
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract IBlobs Blobs { get; }

    /// <summary>How many are kept.</summary>
    protected abstract Task<int> Kept();

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
        Assert.Equal(blob, await Blobs.Find(blob.Content, Stop));
    }

    [Fact]
    public async Task The_same_bytes_are_kept_once_however_often_they_come()
    {
        var blobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Put("the same"u8.ToArray())));

        Assert.Single(blobs.Select(blob => blob.Value).Distinct());
        Assert.Equal(1, await Kept());
        Assert.Equal("the same"u8.ToArray(), await Read(blobs[0].Value.Content));
    }

    [Fact]
    public async Task More_than_the_limit_is_refused_and_leaves_nothing()
    {
        var refused = await Blobs.Put(new MemoryStream(new byte[1001]), 1000, Stop);

        Assert.Equal((ErrorKind.TooLarge, "attachment_too_large"), (refused.Error!.Kind, refused.Error.Code));
        Assert.Equal(0, await Kept());
        Assert.Null((await Blobs.Put(new MemoryStream(new byte[1000]), 1000, Stop)).Error);
    }

    [Fact]
    public async Task A_source_that_fails_in_the_middle_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(async () => await Blobs.Put(new TornStream(), 1_000_000, Stop));

        Assert.Equal(0, await Kept());
    }

    [Fact]
    public async Task Unknown_content_is_null()
    {
        Assert.Null(await Blobs.Open(ContentId.Parse(new string('0', 64)), Stop));
        Assert.Null(await Blobs.Find(ContentId.Parse(new string('0', 64)), Stop));
    }

    [Fact]
    public async Task The_type_comes_from_the_bytes()
    {
        Assert.Equal("text/plain", (await Put("naïve text\n"u8.ToArray())).Value.MediaType);
        Assert.Equal("image/png", (await Put([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])).Value.MediaType);
        Assert.Equal("application/octet-stream", (await Put([1, 2, 3, 0xff])).Value.MediaType);
    }

    protected async Task<Result<Blob>> Put(byte[] bytes) => await Blobs.Put(new MemoryStream(bytes), 10_000_000, Stop);

    protected async Task<byte[]> Read(ContentId content)
    {
        await using var stream = await Blobs.Open(content, Stop);
        var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes, Stop);
        return bytes.ToArray();
    }

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
