using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Wigwag.Storage.S3;

/// <summary>Where in an S3-compatible store attachments lie: <c>s3://bucket/prefix?endpoint=https://s3.example.org&amp;region=eu-central-1</c>.</summary>
/// <param name="Endpoint">The store, without a path; objects are addressed by path below it.</param>
/// <param name="Region">What requests are signed for.</param>
/// <param name="Bucket">Must exist.</param>
/// <param name="Prefix">Empty, or with a slash at its end.</param>
public sealed partial record S3Address(Uri Endpoint, string Region, string Bucket, string Prefix)
{
    /// <summary>Reads an address; says what is wrong with it otherwise.</summary>
    /// <param name="text">The address.</param>
    /// <param name="region">The region when the address has none; null for <c>us-east-1</c>.</param>
    /// <param name="address">What was read.</param>
    /// <param name="reason">A sentence.</param>
    public static bool TryParse(string text, string? region, [NotNullWhen(true)] out S3Address? address, [NotNullWhen(false)] out string? reason)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != "s3")
        {
            reason = "it does not begin with s3:// and a bucket.";
            return false;
        }
        var endpoint = default(Uri);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var before, var after] ? (before, Uri.UnescapeDataString(after)) : (pair, "");
            switch (name)
            {
                case "endpoint" when Uri.TryCreate(value, UriKind.Absolute, out endpoint) && endpoint is { Scheme: "https" or "http", PathAndQuery: "/", UserInfo: "" }:
                    break;
                case "endpoint":
                    reason = "its endpoint is not https:// (or http://) and a host.";
                    return false;
                case "region" when RegionForm().IsMatch(value):
                    region = value;
                    break;
                default:
                    reason = $"it has '{name}' where endpoint and region are known.";
                    return false;
            }
        }
        region ??= "us-east-1";
        var prefix = uri.AbsolutePath.Trim('/');
        reason = uri.UserInfo.Length > 0 ? "it has credentials in it; they belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the file of AWS_SHARED_CREDENTIALS_FILE."
            : !BucketForm().IsMatch(uri.Host) ? "its bucket is not 3 to 63 lowercase letters, digits, dots and hyphens."
            : prefix.Length > 0 && !PrefixForm().IsMatch(prefix) ? "its prefix has more than letters, digits, dots, hyphens, underscores and slashes."
            : null;
        if (reason is not null)
        {
            return false;
        }
        address = new(endpoint ?? new Uri($"https://s3.{region}.amazonaws.com"), region, uri.Host, prefix.Length > 0 ? prefix + "/" : "");
        return true;
    }

    /// <summary>The address of an object; nothing in it needs to be escaped.</summary>
    public Uri Of(string key) => new(Endpoint, $"/{Bucket}/{Prefix}{key}");

    public override string ToString() => $"s3://{Bucket}/{Prefix} at {Endpoint.Authority}";

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketForm();

    [GeneratedRegex(@"^[a-zA-Z0-9._-]*[a-zA-Z0-9_-]+[a-zA-Z0-9._-]*(/[a-zA-Z0-9._-]*[a-zA-Z0-9_-]+[a-zA-Z0-9._-]*)*\z")]
    private static partial Regex PrefixForm();

    [GeneratedRegex(@"^[a-z0-9-]{1,64}\z")]
    private static partial Regex RegionForm();
}
