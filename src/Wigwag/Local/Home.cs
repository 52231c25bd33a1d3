using System.Globalization;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Storage.Files;

namespace Wigwag.Program.Local;

/// <summary>Where this user's state lives: <c>WIGWAG_HOME</c>, by default <c>wigwag</c> in XDG's data directory.</summary>
internal sealed class Home
{
    // Linux gives a socket's path 108 bytes with its closing zero; the margin is for the temporary names beside it.
    private const int LongestSocketPath = 100;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string? _socket;

    public Home(string root) => Root = System.IO.Path.GetFullPath(root);

    /// <summary>The home that the environment names.</summary>
    public static Home FromEnvironment() => new(
        Settings.Value("WIGWAG_HOME")
        ?? (Settings.Value("XDG_DATA_HOME") is { } data
            ? Path.Combine(data, "wigwag")
            : Path.Combine(Settings.Value("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "wigwag")));

    public string Root { get; }

    public string Database => In("wigwag.db");

    public string Token => In("token");

    public string Blobs => In("blobs");

    public string Archive => In("archive");

    public string Outbox => In("outbox");

    /// <summary>The servers besides this user's own that may be given commands, and their tokens.</summary>
    public string TrustedServers => In("servers");

    /// <summary>What the running server says of itself: see <see cref="ServerRecord"/>.</summary>
    public string ServerFile => In("server.json");

    public string ServerLog => In("server.log");

    /// <summary>Held by the one process that serves this home, as long as it does.</summary>
    public string ServerLock => In("server.lock");

    /// <summary>Held by the command that is starting a server.</summary>
    public string StartLock => In("start.lock");

    /// <summary>The server's socket: in the home, or where its path is too long for a socket, in a short private directory.</summary>
    public string Socket => _socket ??= In("wigwag.sock") is var inHome && Encoding.UTF8.GetByteCount(inHome) <= LongestSocketPath
        ? inHome
        : Path.Combine(ShortDirectory(), "wigwag.sock");

    /// <summary>
    /// Makes the home and the socket's directory, for this user alone. True when the home was open to other users before, and is not any more.
    /// </summary>
    /// <exception cref="Refusal">It is another user's, or cannot be made.</exception>
    public bool Create()
    {
        Libc.KeepFilesPrivate();
        try
        {
            Directory.CreateDirectory(Root, Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Refusal(Error.Unavailable(
                "home_not_writable", $"{Root} cannot be made: {e.Message.TrimEnd('.')}.", "Make its place this user's own to write, or set WIGWAG_HOME to another directory."));
        }
        var wasOpen = Own();
        var directory = Path.GetDirectoryName(Socket)!;
        if (directory != Root)
        {
            // In /tmp somebody else may have been there first: only an owner can set the mode, and a link is not a directory of ours.
            Directory.CreateDirectory(Path.GetDirectoryName(directory)!, Private);
            Directory.CreateDirectory(directory, Private);
            foreach (var each in (ReadOnlySpan<string>)[Path.GetDirectoryName(directory)!, directory])
            {
                if (new DirectoryInfo(each).LinkTarget is not null)
                {
                    throw new IOException($"{each} is a link; it must be a directory of this user.");
                }
            }
            File.SetUnixFileMode(directory, Private);
        }
        return wasOpen;
    }

    // Whoever owns the directory reads and replaces everything in it, whatever its mode; root is no exception.
    private bool Own()
    {
        var status = FileStatus.Of(Root);
        if (status is { } found && found.User != Libc.UserId)
        {
            throw new Refusal(Error.Forbidden(
                "home_of_another",
                string.Create(CultureInfo.InvariantCulture, $"{Root} belongs to user {found.User}, and this is user {Libc.UserId}."),
                "Run wigwag as its owner, give it to this user (chown), or set WIGWAG_HOME to a directory of this user's."));
        }
        if (status is not { IsOpenToOthers: true })
        {
            return false;
        }
        File.SetUnixFileMode(Root, Private);
        return true;
    }

    private string In(string name) => Path.Combine(Root, name);

    private string ShortDirectory() => Path.Combine(
        Settings.Value("XDG_RUNTIME_DIR") is { } runtime && runtime.Length < 60
            ? Path.Combine(runtime, "wigwag")
            : string.Create(CultureInfo.InvariantCulture, $"/tmp/wigwag-{Libc.UserId}"),
        Hash(Root));

    // FNV-1a: only has to tell a user's homes apart, and costs no cryptography library at start-up.
    private static string Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 1099511628211UL;
        }
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
