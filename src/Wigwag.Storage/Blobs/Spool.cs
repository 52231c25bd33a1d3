using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Storage.Files;

namespace Wigwag.Storage.Blobs;

/// <summary>
/// Bytes on their way to a store that wants to know their name before it gets them: in a file of this server's that nobody else can
/// open, and that is gone when it is closed.
/// </summary>
internal sealed class Spool : IAsyncDisposable
{
    private Spool(FileStream file, Blob blob) => (File, Blob) = (file, blob);

    /// <summary>The bytes, to be read from their beginning.</summary>
    public FileStream File { get; }

    public Blob Blob { get; }

    /// <summary>Reads <paramref name="content"/> to its end; refuses past <paramref name="limitBytes"/>.</summary>
    public static async ValueTask<Result<Spool>> Of(Stream content, long limitBytes, CancellationToken cancel)
    {
        var path = Path.Combine(Path.GetTempPath(), $"wigwag-{Guid.NewGuid():n}");
        var file = PrivateFiles.Open(path, FileMode.CreateNew, share: FileShare.Delete);
        System.IO.File.Delete(path); // its bytes go with the last handle
        try
        {
            var filled = await Intake.Fill(file, content, limitBytes, cancel);
            if (filled.Try(out var blob, out var refusal))
            {
                file.Position = 0;
                return new Spool(file, blob);
            }
            await file.DisposeAsync();
            return refusal;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => File.DisposeAsync();
}
