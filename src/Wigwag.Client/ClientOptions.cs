using Wigwag.Core.Agents;

namespace Wigwag.Client;

/// <summary>Which server, and who asks.</summary>
public sealed record ClientOptions
{
    /// <summary>Where the server listens; a repository's <c>coordination_url</c>, for example.</summary>
    public Uri Address { get; init; } = new("http://127.0.0.1:8765");

    /// <summary>The path of the server's Unix socket, used instead of TCP when given; its permissions then stand for a token.</summary>
    public string? Socket { get; init; }

    /// <summary>The bearer token; over TCP a server wants one.</summary>
    public string? Token { get; init; }

    /// <summary>The agent to act as, where the key may act as several.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>The working copy whose agent to act as, where the key may act as several.</summary>
    public WorkspaceLocation? Workspace { get; init; }

    /// <summary>How long a connection may take to come about.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may take to answer, beyond the time that a waiting operation was asked to wait.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the event stream may be silent before it is taken for dead; the server sends heartbeats more often.</summary>
    public TimeSpan SilenceAtMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock that back-off and time limits go by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>A working copy, as its agent registered it.</summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Path">The absolute path of its root.</param>
/// <param name="Fingerprint">What changes when the repository's remotes may have changed.</param>
public sealed record WorkspaceLocation(string Host, string Path, string Fingerprint)
{
    /// <summary>
    /// 64 hexadecimal digits that the working copy alone knows, by which the server recognizes it whatever key it comes with; null to be
    /// recognized by the key.
    /// </summary>
    public string? Proof { get; init; }

    /// <summary>The value of the header <c>Wigwag-Workspace</c>.</summary>
    public override string ToString() =>
        $"host={Uri.EscapeDataString(Host)};path={Uri.EscapeDataString(Path)};fingerprint={Uri.EscapeDataString(Fingerprint)}{(Proof is null ? "" : $";proof={Proof}")}";
}

/// <summary>How one call is made.</summary>
public sealed record CallOptions
{
    /// <summary>The key under which the server does a command at most once; a new one for each call when null. Queries have none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How often to try in all while the server is unavailable or out of reach, with growing pauses between; 1 for no repeat.</summary>
    public int Attempts { get; init; } = 1;
}
