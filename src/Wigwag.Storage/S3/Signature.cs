using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wigwag.Storage.S3;

/// <summary>AWS Signature Version 4 in the Authorization header, for S3 (docs.aws.amazon.com, "Authenticating Requests").</summary>
internal static class Signature
{
    /// <summary>The SHA-256 of no bytes.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The form of <c>x-amz-date</c>.</summary>
    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The value of the Authorization header.</summary>
    /// <param name="method">GET, PUT, …</param>
    /// <param name="path">As it is sent: escaped once.</param>
    /// <param name="query">As it is sent, in the order of its names, or empty.</param>
    /// <param name="headers">Those to sign by their lowercase names; <c>host</c> and every <c>x-amz-…</c> must be among them.</param>
    /// <param name="payload">The SHA-256 of the body, in lowercase hex.</param>
    /// <param name="credentials">Whose.</param>
    /// <param name="region">The store's.</param>
    /// <param name="time">The same as <c>x-amz-date</c>.</param>
    public static string Of(
        string method, string path, string query, SortedDictionary<string, string> headers, string payload, S3Credentials credentials, string region, DateTimeOffset time)
    {
        var signed = string.Join(';', headers.Keys);
        var request = $"{method}\n{path}\n{query}\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value.Trim()}\n"))}\n{signed}\n{payload}";
        var scope = $"{Stamp(time)[..8]}/{region}/s3/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{Stamp(time)}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        return $"AWS4-HMAC-SHA256 Credential={credentials.AccessKeyId}/{scope},SignedHeaders={signed},Signature={signature}";
    }
}
