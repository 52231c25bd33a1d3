using Wigwag.Core.Operations;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>Files of a command line as a request's attachments.</summary>
internal static class Attachments
{
    /// <summary>Sends the file to the server first and names it by what was answered.</summary>
    public static string Upload(string file, Delivery delivery)
    {
        var reply = delivery.Send(new()
        {
            Method = "PUT",
            Target = "/v1/attachments",
            ContentType = "application/octet-stream",
            Body = Read(file),
        });
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, "The server"));
        }
        var content = Json.Parse(reply.Body).TextOf("content_id") ?? throw new IOException("The server does not say what it kept.");
        return $"{{\"name\":{Json.Quote(Name(file))},\"content_id\":{Json.Quote(content)}}}";
    }

    /// <summary>Puts the file into the request itself, for a command that waits for its server.</summary>
    public static string Enclose(string file) =>
        $"{{\"name\":{Json.Quote(Name(file))},\"base64\":\"{Convert.ToBase64String(Read(file))}\"}}";

    private static string Name(string file) => file == "-" ? "stdin" : Path.GetFileName(file);

    private static byte[] Read(string file)
    {
        try
        {
            if (file != "-")
            {
                return File.ReadAllBytes(file);
            }
            using var all = new MemoryStream();
            using var input = Console.OpenStandardInput();
            input.CopyTo(all);
            return all.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Error.Invalid("attachment_unreadable", $"{file} cannot be read: {e.Message}", "Nothing was sent; name a file that can be read."));
        }
    }
}
