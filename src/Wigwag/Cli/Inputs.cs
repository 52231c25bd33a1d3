using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>Bytes that a command attaches, under the name by which the server will know them.</summary>
/// <param name="ContentId">Their SHA-256.</param>
/// <param name="Bytes">All of them.</param>
internal sealed record AttachedFile(string ContentId, byte[] Bytes);

/// <summary>
/// What a command line names besides its words: standard input, and files to attach. Each is read once, however often it is asked for: a
/// pipe has nothing left the second time, and a file may have changed. Nothing is read beyond the limit that the server has for it.
/// </summary>
internal sealed class Inputs
{
    private readonly Dictionary<string, AttachedFile> _attached = new(StringComparer.Ordinal);
    private byte[]? _standardInput;

    /// <summary>The files that were attached so far, each once.</summary>
    public IReadOnlyCollection<AttachedFile> Attached => [.. _attached.Values.DistinctBy(file => file.ContentId)];

    /// <summary>Standard input as text.</summary>
    public string Text()
    {
        var bytes = StandardInput();
        if (bytes.Length > RequestLimits.JsonBytes)
        {
            throw new Refusal(Error.TooLarge(
                "body_too_large", $"Standard input has more than {RequestLimits.JsonBytes / 1024} KiB, which is more than a request takes.", "Send the long part as a file: --attach FILE, or --attach - for standard input."));
        }
        using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false));
        return reader.ReadToEnd();
    }

    /// <summary>A file, or <c>-</c> for standard input, as a request's attachment: the JSON object that names it by its content.</summary>
    public string Attachment(string file)
    {
        if (!_attached.TryGetValue(file, out var attached))
        {
            var bytes = file == "-" ? StandardInput() : Read(file);
            if (bytes.Length > MessagePolicy.Current.AttachmentLimitBytes)
            {
                throw TooLarge(file);
            }
            _attached[file] = attached = new(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes);
            if (_attached.Values.Sum(each => (long)each.Bytes.Length) > MessagePolicy.Current.AttachmentsLimitBytes)
            {
                throw new Refusal(Error.TooLarge(
                    "attachments_too_large",
                    $"A message carries at most {MessagePolicy.Current.AttachmentsLimitBytes >> 20} MiB of attachments; these have more.",
                    "Nothing was sent. Compress them, or send them with several messages."));
            }
        }
        return $"{{\"name\":{Json.Quote(file == "-" ? "stdin" : Path.GetFileName(file))},\"content_id\":\"{attached.ContentId}\"}}";
    }

    // As much as the largest use of it takes, and a byte more, which tells that there is more.
    private byte[] StandardInput()
    {
        if (_standardInput is null)
        {
            using var input = Console.OpenStandardInput();
            _standardInput = Read(input);
        }
        return _standardInput;
    }

    private static byte[] Read(string file)
    {
        if (file.Length == 0 || file.Contains('\0'))
        {
            throw Refusal.Usage("--attach needs the name of a file.", "Name one, or - for standard input.");
        }
        try
        {
            if (Directory.Exists(file))
            {
                throw Unreadable(file, "it is a folder");
            }
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return Read(stream);
        }
        catch (FileNotFoundException)
        {
            throw Unreadable(file, "there is no such file");
        }
        catch (DirectoryNotFoundException)
        {
            throw Unreadable(file, "there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, e is UnauthorizedAccessException ? "this user may not" : e.Message.TrimEnd('.'));
        }
    }

    private static byte[] Read(Stream stream)
    {
        var most = MessagePolicy.Current.AttachmentLimitBytes + 1;
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; all.Length < most && (read = stream.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, (int)Math.Min(read, most - all.Length));
        }
        return all.ToArray();
    }

    private static Refusal TooLarge(string file) => new(Error.TooLarge(
        "attachment_too_large",
        $"{(file == "-" ? "Standard input" : file)} has more than {MessagePolicy.Current.AttachmentLimitBytes >> 20} MiB, the most that an attachment may have.",
        "Nothing was sent. Compress or split it, or say where the whole can be fetched."));

    private static Refusal Unreadable(string file, string why) =>
        new(Error.Invalid("attachment_unreadable", $"{file} cannot be read: {why}.", "Nothing was sent; name a file that can be read."));
}
