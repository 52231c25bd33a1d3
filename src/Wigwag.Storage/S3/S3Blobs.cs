using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;

namespace Wigwag.Storage.S3;

/// <summary>
/// Attachments' bytes in an S3-compatible store, <c>prefix/ab/cdef…</c> by their SHA-256, as <see cref="FileBlobs"/> names its files. An object is
/// there whole or not at all, and the store checks its bytes against their name.
/// </summary>
public sealed class S3Blobs : IBlobs, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly S3Client _client;

    /// <param name="address">Where.</param>
    /// <param name="credentials">Asked for each request.</param>
    /// <param name="clock">Must be right to some minutes, or the store refuses.</param>
    /// <param name="patience">How long to wait for a connection, and for an answer; 10 s when null.</param>
    public S3Blobs(S3Address address, Func<S3Credentials> credentials, TimeProvider? clock = null, TimeSpan? patience = null) =>
        _client = new(address, credentials, clock ?? TimeProvider.System, patience ?? Patience);

    /// <inheritdoc/>
    public async ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel)
    {
        if (!(await Spool.Of(content, limitBytes, cancel)).Try(out var spool, out var refusal))
        {
            return refusal;
        }
        await using (spool)
        {
            try
            {
                // Sent whether they are there or not: else the time would tell who else has them.
                await _client.Put(KeyOf(spool.Blob.Content), spool.File, spool.Blob.Content.Value, spool.Blob.MediaType, cancel);
                return spool.Blob;
            }
            catch (StoreUnavailableException e)
            {
                return Error.Unavailable("attachments_unavailable", $"The attachment was not kept: {e.Message}", "Send it again; nothing is kept twice.");
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or refuses.</exception>
    public async ValueTask<Stream?> Open(ContentId content, CancellationToken cancel) =>
        await _client.Get(KeyOf(content), cancel) is { } answer ? new S3Object(answer, await answer.Content.ReadAsStreamAsync(cancel)) : null;

    public void Dispose() => _client.Dispose();

    private static string KeyOf(ContentId content) => $"{content.Value[..2]}/{content.Value[2..]}";
}
