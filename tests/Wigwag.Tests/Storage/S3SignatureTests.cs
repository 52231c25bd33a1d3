using System.Globalization;
using Wigwag.Storage.S3;

namespace Wigwag.Tests.Storage;

/// <summary>The examples of "Authenticating Requests: Using the Authorization Header" in Amazon's description of S3.</summary>
public sealed class S3SignatureTests
{
    private static readonly S3Credentials Example = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    private static readonly DateTimeOffset Time = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "/test.txt", "", "range: bytes=0-9", Signature.EmptyPayload, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData(
        "PUT", "/test%24file.text", "", "date: Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class: REDUCED_REDUNDANCY",
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/", "lifecycle=", "", Signature.EmptyPayload, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/", "max-keys=2&prefix=J", "", Signature.EmptyPayload, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void The_published_examples_are_signed_as_published(string method, string path, string query, string more, string payload, string signature)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "examplebucket.s3.amazonaws.com",
            ["x-amz-content-sha256"] = payload,
            ["x-amz-date"] = Signature.Stamp(Time),
        };
        foreach (var header in more.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..];
        }

        var authorization = Signature.Of(method, path, query, headers, payload, Example, "us-east-1", Time);

        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={string.Join(';', headers.Keys)},Signature={signature}"),
            authorization);
    }
}
