using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;

namespace Wigwag.Storage.S3;

/// <summary>The bytes of an object as they come; the answer that brings them ends with it.</summary>
internal sealed class S3Object(HttpResponseMessage answer, Stream inner) : ForwardStream
{
    // Between two pieces; a store that says nothing for so long is gone.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _silence = new();

    public override long Length => answer.Content.Headers.ContentLength ?? throw new StoreUnavailableException("the attachments' store does not say how long an object is.");

    protected override async ValueTask<int> Next(Memory<byte> buffer, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _silence.Token);
        _silence.CancelAfter(Silence);
        try
        {
            return await inner.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new IOException("The attachments' store stopped in the middle of an object.", e);
        }
        finally
        {
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            answer.Dispose();
            _silence.Dispose();
        }
        base.Dispose(disposing);
    }
}
