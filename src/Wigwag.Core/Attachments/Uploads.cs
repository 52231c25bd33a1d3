using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Attachments;

/// <summary>
/// Attachments' bytes as one caller may name them. A content_id follows from the bytes, so anybody can work one out; it names something
/// only for who uploaded the bytes, or reaches a message that carries them. For others it names nothing.
/// </summary>
public sealed class Uploads(IStore store, IBlobs blobs, Caller caller)
{
    /// <summary>How long uploaded bytes may be named by who uploaded them, until a message carries them.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>Keeps bytes for the caller to attach; refuses as <see cref="IBlobs.Put"/>.</summary>
    public async ValueTask<Result<Blob>> Take(Stream content, long limitBytes, CancellationToken cancel)
    {
        if (!(await blobs.Put(content, limitBytes, cancel)).Try(out var blob, out var refusal))
        {
            return refusal;
        }
        try
        {
            return await store.Write<Blob>(caller, async (session, _) =>
            {
                await Note(session, blob.Content);
                return blob;
            }, cancel);
        }
        catch (StoreUnavailableException e)
        {
            return Error.Unavailable("store_unavailable", $"The upload was not noted: {e.Message}", "Upload it again.");
        }
    }

    /// <summary>Keeps bytes that the request itself carries.</summary>
    internal ValueTask<Result<Blob>> Put(Stream content, long limitBytes, CancellationToken cancel) =>
        blobs.Put(content, limitBytes, cancel);

    /// <summary>What is known of kept bytes that the caller may name, or null.</summary>
    internal async ValueTask<Blob?> Find(ContentId content, CancellationToken cancel)
    {
        var mayName = await store.Read<bool>(caller, async (session, _) => await MayName(session, content), cancel);
        // Nothing is looked for that may not be named, so that the time tells nothing either.
        return mayName.Value ? await blobs.Find(content, cancel) : null;
    }

    private static async ValueTask Note(Session session, ContentId content)
    {
        await session.Execute("DELETE FROM uploads WHERE at < @before", ("before", session.Now - KeptFor)); // uploads_by_age
        await session.Execute(
            """
            INSERT INTO uploads (credential, content_id, at) VALUES (@credential, @content, @at)
            ON CONFLICT (credential, content_id) DO UPDATE SET at = excluded.at
            """,
            ("credential", session.Caller.Credential),
            ("content", content),
            ("at", session.Now));
    }

    private static async ValueTask<bool> MayName(Session session, ContentId content)
    {
        var (reached, who) = MessageReach.Of(session.Caller);
        // attachments_by_content; of what very many messages carry, some are looked at.
        return await session.Scalar(
            $"""
            SELECT 1 FROM uploads WHERE credential = @credential AND content_id = @content AND at >= @since
            UNION ALL
            SELECT 1 FROM (SELECT project, message_id FROM attachments WHERE content_id = @content LIMIT 500) a
            JOIN messages m ON m.message_id = a.message_id AND m.project = a.project
            WHERE {reached}
            LIMIT 1
            """,
            [("credential", session.Caller.Credential), ("content", content), ("since", session.Now - KeptFor), .. who]) is not null;
    }
}
