using System.Net;
using System.Text.RegularExpressions;
using Wigwag.Core.Store;

namespace Wigwag.Storage.S3;

/// <summary>
/// Puts and gets objects. What the store could not do now (5xx, 429, no connection, no answer in time) is tried again a few times; what it
/// refuses is an error that says what to do.
/// </summary>
internal sealed partial class S3Client(S3Address address, Func<S3Credentials> credentials, TimeProvider clock, TimeSpan patience) : IDisposable
{
    private const string Rights =
        "see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SHARED_CREDENTIALS_FILE; they need s3:GetObject, s3:PutObject and s3:ListBucket there.";

    private const int Tries = 4;
    private const int MostOfAProblem = 64 * 1024;

    // A body may take longer than an answer; its slowest is that of a poor line.
    private const double BytesPerSecond = 64 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // the store's name may move
        UseCookies = false,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    public S3Address Address => address;

    /// <summary>The object, or null when there is none. The answer is the caller's to dispose.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or refuses.</exception>
    public Task<HttpResponseMessage?> Get(string key, CancellationToken cancel) =>
        Send(() => new HttpRequestMessage(HttpMethod.Get, address.Of(key)), Signature.EmptyPayload, 0, cancel);

    /// <summary>Keeps the object; it is whole, or not there.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="content">A file, read from its beginning at each try.</param>
    /// <param name="sha256">Of the content; the store compares.</param>
    /// <param name="mediaType">Told with the object.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or refuses.</exception>
    public async Task Put(string key, FileStream content, string sha256, string mediaType, CancellationToken cancel)
    {
        using var answer = await Send(
            () =>
            {
                content.Position = 0;
                var body = new StreamContent(new Unclosed(content));
                body.Headers.ContentLength = content.Length;
                body.Headers.ContentType = new(mediaType);
                return new HttpRequestMessage(HttpMethod.Put, address.Of(key)) { Content = body };
            },
            sha256,
            content.Length,
            cancel) ?? throw new StoreUnavailableException($"{address} took no object.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage?> Send(Func<HttpRequestMessage> make, string payload, long bodyBytes, CancellationToken cancel)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        while (true)
        {
            StoreUnavailableException failure;
            using (var request = make())
            {
                Sign(request, payload);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(patience + TimeSpan.FromSeconds(bodyBytes / BytesPerSecond));
                try
                {
                    var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                    if (answer.IsSuccessStatusCode)
                    {
                        return answer;
                    }
                    using (answer)
                    {
                        var code = await CodeOf(answer, limit.Token);
                        if (answer.StatusCode == HttpStatusCode.NotFound && code is "NoSuchKey" or "")
                        {
                            return null;
                        }
                        failure = new(Refusal((int)answer.StatusCode, code));
                        if ((int)answer.StatusCode is < 500 and not 429)
                        {
                            throw failure;
                        }
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
                {
                    failure = new($"the attachments' store {address} {(e is OperationCanceledException ? "did not answer in time" : "cannot be reached")}: see that it runs, and that the endpoint of WIGWAG_ATTACHMENTS is right.", e);
                }
            }
            var delay = backoff.Next();
            if (backoff.Attempt >= Tries)
            {
                throw failure;
            }
            await Task.Delay(delay, cancel);
        }
    }

    private void Sign(HttpRequestMessage request, string payload)
    {
        var now = clock.GetUtcNow();
        var (who, uri) = (credentials(), request.RequestUri!);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Authority,
            ["x-amz-content-sha256"] = payload,
            ["x-amz-date"] = Signature.Stamp(now),
        };
        if (who.SessionToken is { } token)
        {
            headers["x-amz-security-token"] = token;
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        request.Headers.TryAddWithoutValidation("Authorization", Signature.Of(request.Method.Method, uri.AbsolutePath, "", headers, payload, who, address.Region, now));
    }

    private string Refusal(int status, string code) => (status, code) switch
    {
        (404, "NoSuchBucket") => $"the attachments' bucket {address.Bucket} does not exist at {address.Endpoint.Authority}: make it, or correct WIGWAG_ATTACHMENTS.",
        (_, "RequestTimeTooSkewed") => $"the clocks of this server and of the attachments' store {address} differ too much: set them.",
        (301 or 307 or 400, "PermanentRedirect" or "TemporaryRedirect" or "AuthorizationHeaderMalformed") =>
            $"the attachments' bucket {address.Bucket} is in another region than {address.Region}: set region and endpoint in WIGWAG_ATTACHMENTS.",
        (401 or 403, _) => $"the attachments' store {address} refused this server's credentials ({(code.Length > 0 ? code : $"{status}")}): {Rights}",
        ( >= 500 or 429, _) => $"the attachments' store {address} cannot answer now ({status}{(code.Length > 0 ? " " + code : "")}): try again.",
        _ => $"the attachments' store {address} refused the request ({status}{(code.Length > 0 ? " " + code : "")}): see that it speaks S3 with addresses by path.",
    };

    // <Error><Code>NoSuchKey</Code>…; nothing else of it is used.
    private static async Task<string> CodeOf(HttpResponseMessage answer, CancellationToken cancel)
    {
        using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var start = new byte[MostOfAProblem];
        var length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        return Code().Match(System.Text.Encoding.UTF8.GetString(start, 0, length)) is { Success: true } match ? match.Groups[1].Value : "";
    }

    [GeneratedRegex("<Code>([A-Za-z0-9.]{1,64})</Code>")]
    private static partial Regex Code();

    /// <summary>A request closes its body; a file that is sent again must stay open.</summary>
    private sealed class Unclosed(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
