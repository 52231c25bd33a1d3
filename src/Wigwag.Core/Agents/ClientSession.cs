using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Agents;

/// <summary>
/// One run of an agent's client, as requests name it: its kind, and an id where it has one, for example <c>mcp:k3f9</c>. Commands of a
/// shell and plain requests belong to no run that anybody would end; all of an agent's are one session, <c>shell</c> or <c>http</c>.
/// </summary>
public readonly partial record struct ClientSession
{
    /// <summary>The header of a request that names it.</summary>
    public const string Header = "Wigwag-Session";

    /// <summary>What it looks like.</summary>
    public const string Form = "mcp, hook, shell, http or follow, and after a colon an id of at most 64 letters, digits, '.', '_' and '-'";

    /// <summary>Commands typed in a shell.</summary>
    public static readonly ClientSession Shell = new("shell");

    /// <summary>Requests that name no session.</summary>
    public static readonly ClientSession Http = new("http");

    private ClientSession(string value) => Value = value;

    public string Value { get; }

    /// <summary>What runs in it, for people; null when it does not say, or not in plain words.</summary>
    public string? Program { get; private init; }

    /// <summary>A session of MCP, in which <paramref name="program"/> speaks.</summary>
    public static ClientSession Mcp(string id, string? program) => new($"mcp:{id}") { Program = Plain(program) };

    /// <summary>A session whose client calls hooks; an id that could not be shown as it is, by its digest.</summary>
    public static ClientSession Hook(string id, string program) => new(id.Length == 0 ? $"hook:{program}" : $"hook:{Id(id)}") { Program = Plain(program) };

    /// <summary>The session that a request names.</summary>
    /// <returns>The session; <c>bad_session</c>.</returns>
    public static Result<ClientSession> Parse(string text) => Pattern().IsMatch(text)
        ? new ClientSession(text)
        : Error.Invalid("bad_session", "That names no session.", $"A session is {Form}; leave it out where there is none.");

    public override string ToString() => Value;

    private static string Id(string id) => IdPattern().IsMatch(id)
        ? id
        : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    private static string? Plain(string? program) => program is not null && ProgramPattern().IsMatch(program) ? program : null;

    [GeneratedRegex(@"\A(mcp|hook|shell|http|follow)(:[A-Za-z0-9._-]{1,64})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProgramPattern();
}
