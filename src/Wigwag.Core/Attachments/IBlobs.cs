using Wigwag.Core.Operations;

namespace Wigwag.Core.Attachments;

/// <summary>Where attachments' bytes live, named by their SHA-256. Bytes are on disk before any row names them.</summary>
public interface IBlobs
{
    /// <summary>Reads <paramref name="content"/> to its end and keeps it; refuses, and keeps nothing, past <paramref name="limitBytes"/>.</summary>
    ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel);

    /// <summary>The bytes, or null when nothing of that name is kept.</summary>
    ValueTask<Stream?> Open(ContentId content, CancellationToken cancel);

    /// <summary>What is known of kept bytes, or null when nothing of that name is kept.</summary>
    async ValueTask<Blob?> Find(ContentId content, CancellationToken cancel)
    {
        if (await Open(content, cancel) is not { } stream)
        {
            return null;
        }
        await using (stream)
        {
            var start = new byte[MediaType.SniffedBytes];
            var length = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
            return new(content, stream.Length, MediaType.Sniff(start.AsSpan(0, length)));
        }
    }
}

/// <summary>What is known of kept bytes.</summary>
/// <param name="Content">The SHA-256 of the bytes.</param>
/// <param name="SizeBytes">How many.</param>
/// <param name="MediaType">Sniffed from the bytes, never from a name or a claim.</param>
public sealed record Blob(ContentId Content, long SizeBytes, string MediaType);
