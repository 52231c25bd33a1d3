using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;

namespace Wigwag.Program.Transport;

/// <summary>The server that a command goes to.</summary>
/// <param name="Server">Where it is sent.</param>
/// <param name="Address">Its URL; null for this user's own server.</param>
internal sealed record Route(IServer Server, string? Address)
{
    public bool IsRemote => Address is not null;

    /// <summary>True for a server of this process alone.</summary>
    public bool IsDirect { get; init; }

    /// <summary>
    /// The server that the command's target names in the repository's configuration, else the one of <c>WIGWAG_URL</c>, else this user's own.
    /// </summary>
    public static Route Of(CommandLine line, Home home, Standing standing)
    {
        if (standing.CoordinationUrl(line) is { } url)
        {
            var address = ServerAddress.Parse(url, "coordination_url");
            // A repository says where its targets live; only the user says where keys may go.
            return TrustedServers.Find(home, url) is { } trusted
                ? new(new RemoteServer(address, trusted.Token), url)
                : throw new Refusal(Error.Forbidden(
                    "untrusted_server",
                    $"This repository's configuration sends that to {url}, which you have not trusted.",
                    $"If you do, run 'wigwag trust {url}' once."));
        }
        if (Settings.Value("WIGWAG_URL") is { } remote)
        {
            return new(new RemoteServer(ServerAddress.Parse(remote, "WIGWAG_URL"), Token(home, remote)), remote);
        }
        return new(new LocalServer(home.Socket), null);
    }

    /// <summary>The server at an address that was routed to before.</summary>
    public static RemoteServer At(Home home, string address) => new(
        ServerAddress.Parse(address, "The outbox"), address == Settings.Value("WIGWAG_URL") ? Token(home, address) : TrustedServers.Find(home, address)?.Token);

    private static string? Token(Home home, string address) =>
        Settings.Value("WIGWAG_TOKEN")
        ?? (Settings.Value("WIGWAG_TOKEN_FILE") is { } file ? ReadToken(file) : TrustedServers.Find(home, address)?.Token);

    private static string ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Error.Invalid("token_unreadable", $"The token file cannot be read: {e.Message}", "Set WIGWAG_TOKEN_FILE to a file that holds the token."));
        }
    }
}
