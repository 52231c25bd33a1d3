using Wigwag.Program.Cli;

namespace Wigwag.Program.Transport;

/// <summary>The address of a server as somebody wrote it.</summary>
internal static class ServerAddress
{
    /// <param name="text">An http or https address.</param>
    /// <param name="source">What says so, for the complaint.</param>
    /// <exception cref="Refusal">It is none, or has a password in it, which is not repeated.</exception>
    public static Uri Parse(string text, string source)
    {
        if (text.Contains('@', StringComparison.Ordinal))
        {
            throw Refusal.Usage($"{source} has a user or a password in it, and servers take keys.", "Leave them out, and give the key in a file: WIGWAG_TOKEN_FILE, or 'wigwag trust' with --token-file.");
        }
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw Refusal.Usage($"{source} is not an http or https address: {text}.", "Write it as https://wigwag.example.org.");
    }
}
