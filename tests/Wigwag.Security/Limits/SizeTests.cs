using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wigwag.Core.Operations;
using Wigwag.Security.Access;

namespace Wigwag.Security.Limits;

/// <summary>Who sends more than a server takes is told so at once, while they are still sending, on every address that takes a body.</summary>
public sealed class SizeTests
{
    private const int Json = RequestLimits.JsonBytes;
    private const int Attachment = 10 * 1024 * 1024;

    /// <summary>What is routed besides operations and takes a body: its limit, and the code of its refusal.</summary>
    private static readonly (string Method, string Path, int Limit, string Code)[] Others =
    [
        ("PUT", "/v1/attachments", Attachment, "attachment_too_large"),
        ("POST", "/v1/hooks/claude-code/PreToolUse", RequestLimits.HookBytes, "body_too_large"),
        ("POST", "/mcp", Json, "larger than"),
        ("POST", "/api/reservations", Json, "body_too_large"),
        ("POST", "/api/notifications", Json, "body_too_large"),
        ("POST", "/v1/backup", RequestLimits.HeaderBytes, "body_too_large"),
    ];

    private static readonly string[] WithBody = ["POST", "PUT", "PATCH"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_address_that_takes_a_body_is_in_the_table()
    {
        var known = Others.Select(other => (other.Method, other.Path.StartsWith("/v1/hooks/", StringComparison.Ordinal) ? "/v1/hooks/claude/stop" : other.Path));
        Assert.Equal(Routes.Others.Where(route => WithBody.Contains(route.Method)).Order(), known.Order());
    }

    [Fact]
    public async Task Every_operation_refuses_a_body_beyond_the_limit_and_its_client_sees_it()
    {
        await using var server = await RunningServer.Start();
        foreach (var (method, path) in Routes.All.Where(route => WithBody.Contains(route.Method)).Except(Routes.Others))
        {
            foreach (var size in new[] { Json + 1, 10 * Json })
            {
                await RunningServer.Refused(await Send(server.Http, method, path, size, isChunked: false), HttpStatusCode.RequestEntityTooLarge, "body_too_large");
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Just_what_is_beyond_the_limit_is_refused(bool overSocket, bool isChunked)
    {
        await using var server = await RunningServer.Start(options => options with { Backup = (_, _) => throw new IOException("none is written here") });
        using var socket = server.SocketClient();
        var client = overSocket ? socket : server.Http;
        foreach (var (method, path, limit, code) in Others.Append(("POST", "/v1/projects/-/messages", Json, "body_too_large")))
        {
            // Who may not do it at all is told that instead.
            if (path == "/v1/backup" && !overSocket)
            {
                continue;
            }
            foreach (var size in new[] { limit - 1, limit, limit + 1, 10 * limit })
            {
                using var response = await Send(client, method, path, size, isChunked);
                var text = await response.Text();
                Assert.True(size > limit == (response.StatusCode == HttpStatusCode.RequestEntityTooLarge), $"{method} {path} with {size} bytes: {(int)response.StatusCode} {text}");
                Assert.True(size <= limit || text.Contains(code, StringComparison.Ordinal), text);
                Assert.True(size <= limit || JsonNode.Parse(text) is JsonObject, text);
            }
        }
    }

    [Fact]
    public async Task Who_may_not_ask_sees_that_however_much_they_send()
    {
        await using var server = await RunningServer.Start();
        using var stranger = server.Client(null);
        foreach (var (method, path, limit, _) in Others)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await Send(stranger, method, path, 2 * limit, isChunked: false)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await Send(server.Http, "POST", "/no/such/route", 10 * Json, isChunked: false)).StatusCode);
    }

    [Fact]
    public async Task Attachments_inside_a_request_count_as_its_body()
    {
        await using var server = await RunningServer.Start();
        var text = JsonSerializer.Serialize(new { to = "dave/vc", subject = "x", attachments = new[] { new { name = "a", text = new string('x', Json) } } });
        await RunningServer.Refused(await server.Http.Post("/v1/projects/-/messages", new StringContent(text, Encoding.UTF8, "application/json")), HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }

    private static Task<HttpResponseMessage> Send(HttpClient client, string method, string path, int size, bool isChunked)
    {
        var bytes = new byte[size];
        bytes.AsSpan().Fill((byte)' ');
        bytes[0] = (byte)'[';
        var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
        var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        return client.SendAsync(request, Cancel);
    }
}
