using System.Net;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server.Backups;

namespace Wigwag.Server;

/// <summary>Everything a server is told when it starts; nothing is read from files or the environment behind its back.</summary>
public sealed record ServerOptions
{
    /// <summary>The opened store; the server neither opens nor closes it.</summary>
    public required IStore Store { get; init; }

    public required IBlobs Blobs { get; init; }

    /// <summary>Where to listen for TCP; port 0 takes a free one, null listens on the Unix socket alone.</summary>
    public IPEndPoint? Listen { get; init; } = new(IPAddress.Loopback, 8765);

    /// <summary>Path of the Unix socket, in a directory that the server makes for its user alone; null for none.</summary>
    public string? Socket { get; init; }

    /// <summary>Path of the file with the local administrator's token, made when absent; null for none.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Whether credentials are asked for on TCP.</summary>
    public AuthenticationMode Authentication { get; init; } = AuthenticationMode.Keys;

    /// <summary>Names that clients may call this server by beyond its loopback ones, as the Host header has them: <c>wigwag.example.org:443</c>.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Origins of web pages that may call this server beyond its own: <c>https://wigwag.example.org</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Writes a backup to a new file, or null where that cannot be asked of the server.</summary>
    public Func<string, CancellationToken, Task<BackupAnswer>>? Backup { get; init; }

    /// <summary>Why a backup cannot be asked of the server, told to who asks; null says that there is no such thing.</summary>
    public Error? NoBackup { get; init; }

    /// <summary>Which build of the program serves, told in each answer's <c>Wigwag-Build</c>, so that a newer client can ask it to make way; null says nothing.</summary>
    public string? Build { get; init; }

    /// <summary>Follows the links of an absolute path on this machine, so that hooks of agents on it are answered for where a path leads; null follows none.</summary>
    public Func<string, string>? RealPath { get; init; }

    public ServerLimits Limits { get; init; } = new();

    /// <summary>Where to send metrics and traces by OTLP over HTTP (<c>http://127.0.0.1:4318</c>), or null.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>Where the log goes; nowhere by default.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }
}

/// <summary>Whether credentials are asked for on TCP.</summary>
public enum AuthenticationMode
{
    /// <summary>Each request carries a key.</summary>
    Keys,

    /// <summary>Every caller is the local administrator. Loopback only; for test suites.</summary>
    None,
}
