using System.Security.Cryptography;
using System.Text;

namespace Wigwag.Core.Keys;

/// <summary>The secret form of a key, <c>wig_&lt;id&gt;_&lt;43 characters of base62&gt;</c>: 256 random bits that only its bearer keeps.</summary>
public static class KeyToken
{
    private const string Prefix = "wig_";
    private const string Base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int SecretLength = 43;

    /// <summary>A new token and the id in it.</summary>
    public static (KeyId Key, string Token) New()
    {
        var id = KeyId.Parse("k" + RandomNumberGenerator.GetString(Base36, 10));
        return (id, $"{Prefix}{id}_{RandomNumberGenerator.GetString(Base62, SecretLength)}");
    }

    /// <summary>The id in a token, when it has a token's form.</summary>
    public static bool TryRead(string token, out KeyId key)
    {
        key = default;
        var mark = token.LastIndexOf('_');
        return token.StartsWith(Prefix, StringComparison.Ordinal)
            && mark > Prefix.Length
            && token.Length - mark - 1 == SecretLength
            && token.AsSpan(mark + 1).IndexOfAnyExceptInRange('0', 'z') < 0
            && KeyId.TryParse(token[Prefix.Length..mark], out key);
    }

    /// <summary>What the store keeps of a token: its SHA-256, in lower-case hexadecimal. 256 random bits need no salt.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Compares two hashes in a time that does not depend on where they differ.</summary>
    public static bool Same(string hash, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(other));
}
