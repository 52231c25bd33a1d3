using System.Text;

namespace Wigwag.Program.Transport;

/// <summary>One HTTP request to a server, without what says who asks.</summary>
internal sealed record Call
{
    public required string Method { get; init; }

    /// <summary>Path and query, escaped.</summary>
    public required string Target { get; init; }

    public byte[] Body { get; init; } = [];

    public string ContentType { get; init; } = "application/json";

    /// <summary>Set on commands, so that a repeat does nothing twice.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>How long the server may think before it answers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>A server's answer.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Body">All of it.</param>
/// <param name="Build">The build of the program that answered, where the server says.</param>
internal sealed record Reply(int Status, byte[] Body, string? Build)
{
    /// <summary>What the answer means to a script, where the operation has several; null otherwise.</summary>
    public string? Outcome { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>True when the refusal has this code, told without parsing it.</summary>
    public bool IsRefusal(string code) => !IsSuccess && Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"\"{code}\"")) >= 0;
}

/// <summary>Where operations are sent: this user's own server over its socket, or one elsewhere over HTTP.</summary>
internal interface IServer
{
    /// <summary>What it is called in a sentence.</summary>
    string Name { get; }

    /// <summary>Sends one request and reads its whole answer.</summary>
    /// <exception cref="UnreachableException">Nobody answered.</exception>
    Reply Send(Call call, Identity identity);
}

/// <summary>Who asks, in a request's headers: an agent by name, or the one of a workspace.</summary>
/// <param name="Agent">The value of <c>Wigwag-Agent</c>, or null.</param>
/// <param name="Workspace">The value of <c>Wigwag-Workspace</c>, or null.</param>
internal sealed record Identity(string? Agent, string? Workspace)
{
    /// <summary>The value of <c>Wigwag-Session</c>: the shell's, unless <c>WIGWAG_SESSION</c> says of which run of a client the command is part.</summary>
    public string Session { get; init; } = Local.Settings.Value("WIGWAG_SESSION") ?? "shell";
}

/// <summary>No server answered; the command may or may not have been done, and a repeat with its key is safe.</summary>
internal sealed class UnreachableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when there is a server, which did not answer in time; false when there is none.</summary>
    public bool IsSlow { get; init; }
}
