using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Wigwag.Core.Operations;

namespace Wigwag.Core.Agents;

/// <summary>
/// What a working copy shows to be recognized: 256 bits that its client derives from a secret in the clone's git folder. The server
/// keeps a SHA-256 of them.
/// </summary>
public static class WorkspaceProof
{
    private const int Length = 64;

    /// <summary>What the server keeps of a proof, 64 lower-case hexadecimal digits as the client sends them.</summary>
    public static bool TryHash(string proof, [NotNullWhen(true)] out string? hash)
    {
        hash = proof.Length == Length && proof.All(char.IsAsciiHexDigitLower)
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(proof)))
            : null;
        return hash is not null;
    }

    /// <summary>
    /// What a workspace that the caller names is recognized by later: its proof, else the key that named it. Null for an administrator's without
    /// a proof.
    /// </summary>
    internal static string? KeyOf(Caller caller) => caller.WorkspaceProof is { } hash ? Shown(hash)
        : caller.VouchesForWorkspaces ? null
        : "key:" + caller.Credential;

    internal static string Shown(string hash) => "proof:" + hash;

    /// <summary>Compares two such keys in a time that does not depend on where they differ.</summary>
    internal static bool Same(string? key, string? other) => key is not null && other is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(other));
}
