using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Projects;

/// <summary>
/// Identity of a project: its git remote, normalized (<c>github.com/steveyegge/vc</c>; see <see cref="GitRemote"/>), or
/// <c>local/</c> and a commit, a hash or a path. Never holds credentials.
/// </summary>
[JsonConverter(typeof(IdConverter<ProjectId>))]
public readonly partial record struct ProjectId : IId<ProjectId>
{
    private const string LocalHost = "local/";

    private ProjectId(string value) => Value = value;

    public string Value { get; }

    public static string Form => "a project id like github.com/owner/repo";

    /// <summary>True for a project that no server hosts.</summary>
    public bool IsLocal => Value.StartsWith(LocalHost, StringComparison.Ordinal);

    /// <summary>True for a project that is known by a commit or a folder, because its repository has no remote.</summary>
    public bool IsWithoutRemote => WithoutRemote().IsMatch(Value);

    /// <summary>The last segment: <c>vc</c> of <c>github.com/steveyegge/vc</c>.</summary>
    public string LastSegment => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The segment before the last, where it names an owner: <c>steveyegge</c> of <c>github.com/steveyegge/vc</c>.</summary>
    public string? Owner => !IsLocal && Value.Split('/') is { Length: > 2 } segments ? segments[^2] : null;

    public static bool TryParse([NotNullWhen(true)] string? text, out ProjectId id)
    {
        id = text is not null && Shape().IsMatch(text) ? new(text) : default;
        return id.Value is not null;
    }

    /// <summary>The identifier that a trusted source, such as a row, holds.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static ProjectId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"Not {Form}: '{text}'.");

    /// <summary>Identity of a repository without a remote: its root commit, in hexadecimal.</summary>
    public static ProjectId OfRootCommit(string commit) => Parse(LocalHost + commit);

    /// <summary>Identity of a repository without a remote or a commit: the folder it is in, on one host.</summary>
    public static ProjectId OfFolder(string host, string path) => Parse(LocalHost + Hash($"{host}\n{path}"));

    /// <summary>Identity of a repository that clones name by its path: the path, or its hash where it is very long.</summary>
    internal static ProjectId OfPath(IReadOnlyList<string> segments) => TryParse(LocalHost + string.Join('/', segments), out var id)
        ? id
        : Parse(LocalHost + Hash(string.Join('/', segments)));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];

    public override string ToString() => Value;

    [GeneratedRegex(@"^local/(?:[0-9a-f]{40}|[0-9a-f]{64})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WithoutRemote();

    // A host (or an address in brackets), perhaps a port, and a path whose unusual bytes are percent-encoded.
    [GeneratedRegex(
        @"^(?:[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_-])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?(?:/(?:[A-Za-z0-9._~+@-]|%[0-9A-F]{2}){1,128}){1,16}\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
