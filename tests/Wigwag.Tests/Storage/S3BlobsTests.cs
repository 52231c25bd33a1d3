using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Wigwag.Core.Attachments;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.S3;

namespace Wigwag.Tests.Storage;

/// <summary>Attachments in an S3-compatible store, which runs beside the tests.</summary>
public sealed class S3BlobsTests(S3BlobsTests.Server server) : BlobsContract, IClassFixture<S3BlobsTests.Server>, IDisposable
{
    private static readonly byte[] Some = "some bytes"u8.ToArray();

    private readonly string _prefix = $"wigwag/{Guid.NewGuid():n}";
    private S3Blobs? _blobs;

    protected override IBlobs Blobs => _blobs ??= Over(server.Running.Address(_prefix));

    public void Dispose() => _blobs?.Dispose();

    [Fact]
    public async Task An_unknown_key_is_refused_and_it_is_said_what_to_set()
    {
        using var blobs = Over(server.Running.Address(_prefix), new("NOBODY", "guessed-secret"));

        var refused = (await blobs.Put(new MemoryStream(Some), 1000, Stop)).Error!;
        var unread = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await blobs.Open(ContentId.Parse(new string('0', 64)), Stop));

        Assert.Equal((ErrorKind.Unavailable, "attachments_unavailable"), (refused.Kind, refused.Code));
        Assert.Contains("InvalidAccessKeyId", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", unread.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed-secret", refused.Message + unread, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sent_is_what_was_signed_and_a_wrong_secret_is_told()
    {
        using var store = new TcpListener(IPAddress.Loopback, 0);
        store.Start();
        var port = ((IPEndPoint)store.LocalEndpoint).Port;
        var who = new S3Credentials("A", "wrong", "a token");
        using var blobs = Over(server.Running.Address(_prefix, port: port), who);
        var opening = blobs.Open(ContentId.Parse(new string('a', 64)), Stop).AsTask();

        var lines = new List<string>();
        using (var client = await store.AcceptTcpClientAsync(Stop))
        {
            using var reader = new StreamReader(client.GetStream());
            while (await reader.ReadLineAsync(Stop) is { Length: > 0 } line)
            {
                lines.Add(line);
            }
            const string Problem = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 403 Forbidden\r\nContent-Length: {Problem.Length}\r\n\r\n{Problem}"), Stop);
            var told = await Assert.ThrowsAsync<StoreUnavailableException>(() => opening);
            Assert.Contains("SignatureDoesNotMatch", told.Message, StringComparison.Ordinal);
            Assert.Contains("AWS_SECRET_ACCESS_KEY", told.Message, StringComparison.Ordinal);
        }
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1]);
        var signed = new SortedDictionary<string, string>(headers.Where(header => header.Key == "host" || header.Key.StartsWith("x-amz-", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);
        var time = DateTimeOffset.ParseExact(headers["x-amz-date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.Equal($"127.0.0.1:{port}", headers["host"]);
        Assert.Equal("a token", headers["x-amz-security-token"]);
        Assert.InRange(DateTimeOffset.UtcNow - time, TimeSpan.FromMinutes(-5), TimeSpan.FromMinutes(5));
        Assert.Equal(Signature.Of("GET", lines[0].Split(' ')[1], "", signed, headers["x-amz-content-sha256"], who, "eu-central-1", time), headers["authorization"]);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_named()
    {
        using var blobs = Over(server.Running.Address(_prefix, bucket: "nowhere"));

        var refused = (await blobs.Put(new MemoryStream(Some), 1000, Stop)).Error!;

        Assert.Contains("bucket nowhere does not exist", refused.Message, StringComparison.Ordinal);
        Assert.Contains("WIGWAG_ATTACHMENTS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_or_does_not_answer_is_said_to_be_so()
    {
        using var gone = Over(server.Running.Address(_prefix, port: PostgresCluster.FreePort()));
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var stalled = new S3Blobs(
            server.Running.Address(_prefix, port: ((IPEndPoint)silent.LocalEndpoint).Port), () => S3Server.Credentials, patience: TimeSpan.FromMilliseconds(300));

        Assert.Contains("cannot be reached", (await gone.Put(new MemoryStream(Some), 1000, Stop)).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("did not answer in time", (await stalled.Put(new MemoryStream(Some), 1000, Stop)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_store_could_not_do_at_once_is_done_again()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var blobs = new S3Blobs(server.Running.Address(_prefix, port: port), () => S3Server.Credentials, patience: TimeSpan.FromSeconds(2));
        var putting = blobs.Put(new MemoryStream(Some), 1000, Stop).AsTask();
        // The first try got no answer when the second begins. Neither comes to the store, which would write what came late over what came after.
        using (await silent.AcceptTcpClientAsync(Stop))
        using (await silent.AcceptTcpClientAsync(Stop))
        {
            silent.Stop();
        }
        await using var proxy = new StallingProxy(server.Running.Port, port);

        var blob = (await putting).Value;

        Assert.Equal(Some, await Read(blob.Content));
    }

    [Fact]
    public void Credentials_come_from_the_environment_or_the_file_it_names()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["credentials"], "[default]\naws_access_key_id = A\naws_secret_access_key=B\n\n[team]\naws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E\n");
        Assert.Equal(new("A", "B"), S3Credentials.From(Of(("AWS_SHARED_CREDENTIALS_FILE", folder["credentials"]))));
        Assert.Equal(new("C", "D", "E"), S3Credentials.From(Of(("AWS_SHARED_CREDENTIALS_FILE", folder["credentials"]), ("AWS_PROFILE", "team"))));
        Assert.Equal(new("F", "G"), S3Credentials.From(Of(("AWS_ACCESS_KEY_ID", "F"), ("AWS_SECRET_ACCESS_KEY", "G"), ("AWS_SHARED_CREDENTIALS_FILE", folder["credentials"]))));
        Assert.Contains("AWS_ACCESS_KEY_ID", Assert.Throws<StoreUnavailableException>(() => S3Credentials.From(Of())).Message, StringComparison.Ordinal);
        Assert.Throws<StoreUnavailableException>(() => S3Credentials.From(Of(("AWS_SHARED_CREDENTIALS_FILE", folder["credentials"]), ("AWS_PROFILE", "other"))));
        Assert.Throws<StoreUnavailableException>(() => S3Credentials.From(Of(("AWS_SHARED_CREDENTIALS_FILE", folder["none"]))));
        Assert.DoesNotContain("B", new S3Credentials("A", "B").ToString(), StringComparison.Ordinal);

        static Func<string, string?> Of(params (string Name, string Value)[] variables) => name => variables.FirstOrDefault(variable => variable.Name == name).Value;
    }

    [Theory]
    [InlineData("s3://attachments", "https://s3.us-east-1.amazonaws.com/attachments/x")]
    [InlineData("s3://attachments/wigwag/prod/?region=eu-central-1", "https://s3.eu-central-1.amazonaws.com/attachments/wigwag/prod/x")]
    [InlineData("s3://attachments/wigwag?endpoint=https://minio.example.org:9000&region=x", "https://minio.example.org:9000/attachments/wigwag/x")]
    public void An_address_names_bucket_prefix_endpoint_and_region(string text, string ofX)
    {
        Assert.True(S3Address.TryParse(text, null, out var address, out var reason), reason);
        Assert.Equal(ofX, address.Of("x").AbsoluteUri);
    }

    [Theory]
    [InlineData("s3://key:secret@attachments/x", "credentials")]
    [InlineData("s3://At/x", "bucket")]
    [InlineData("s3://attachments/a%20b", "prefix")]
    [InlineData("s3://attachments/a?endpoint=ftp://x", "endpoint")]
    [InlineData("s3://attachments/a?endpoint=https://u:p@x", "endpoint")]
    [InlineData("s3://attachments/a?acl=public", "acl")]
    public void An_address_that_is_none_is_refused_with_what_is_wrong(string text, string named)
    {
        Assert.False(S3Address.TryParse(text, null, out _, out var reason));
        Assert.Contains(named, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", reason, StringComparison.Ordinal);
    }

    protected override Task<int> Kept() => Task.FromResult(server.Running.Count(_prefix));

    private static S3Blobs Over(S3Address address, S3Credentials? credentials = null) => new(address, () => credentials ?? S3Server.Credentials);

    /// <summary>One store for all tests of the class, each under a prefix of its own.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal S3Server Running { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Running = await S3Server.Start();

        public ValueTask DisposeAsync() => Running.DisposeAsync();
    }
}
