using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Wigwag.Tests.Server;

public sealed class AttachmentTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private HttpClient _dave = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.Start(options => options with { Limits = options.Limits with { AttachmentBytes = 3_000_000 } });
        foreach (var agent in new[] { "dave/vc", "main/beads" })
        {
            await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent, project = "github.com/o/" + agent.Split('/')[1] }));
        }
        _dave = _server.Client(_server.Token, ("Wigwag-Agent", "dave/vc"));
    }

    public async ValueTask DisposeAsync()
    {
        _dave.Dispose();
        await _server.DisposeAsync();
    }

    private async Task<string> Send(byte[] content, string name)
    {
        var kept = await RunningServer.Ok(await _dave.Put("/v1/attachments", new ByteArrayContent(content)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), kept["content_id"]!.GetValue<string>());
        Assert.Equal(content.Length, kept["size_bytes"]!.GetValue<int>());
        var attachments = new JsonArray(new JsonObject { ["name"] = name, ["content_id"] = kept["content_id"]!.DeepClone() });
        var sent = await RunningServer.Ok(await _dave.Post("/v1/projects/beads/messages", new { to = "main/beads", subject = "A crash", attachments }));
        return sent["message_id"]!.GetValue<string>();
    }

    [Fact]
    public async Task Bytes_come_out_as_they_went_in_as_a_file_and_never_as_a_page()
    {
        var content = new byte[2_000_000];
        new Random(7).NextBytes(content);
        var message = await Send(content, "core dump.bin");
        var response = await _dave.Get($"/v1/messages/{message}/attachments/core%20dump.bin");
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(content.Length, response.Content.Headers.ContentLength);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"", response.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task Who_has_the_bytes_is_not_sent_them_again()
    {
        var message = await Send([1, 2, 3], "x.bin");
        var first = await _dave.Get($"/v1/messages/{message}/attachments/x.bin");
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{message}/attachments/x.bin");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await _dave.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("naïve \"quoted\" file.txt")]
    [InlineData("日本語.log")]
    [InlineData("a;b=c.txt")]
    [InlineData("100%.txt")]
    [InlineData("%2F.txt")]
    public async Task A_name_of_any_kind_comes_back_whole(string name)
    {
        var message = await Send(Encoding.UTF8.GetBytes("text"), name);
        var response = await _dave.Get($"/v1/messages/{message}/attachments/{Uri.EscapeDataString(name)}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var header = response.Content.Headers.GetValues("Content-Disposition").Single();
        Assert.Contains("filename*=UTF-8''" + Uri.EscapeDataString(name), header, StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^[\\x20-\\x7e]+$", header);
    }

    [Fact]
    public async Task A_page_is_sent_as_text_or_a_file_and_runs_nothing()
    {
        var message = await Send(Encoding.UTF8.GetBytes("<html><script>alert(1)</script></html>"), "page.html");
        var response = await _dave.Get($"/v1/messages/{message}/attachments/page.html");
        Assert.NotEqual("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task One_that_is_too_large_is_refused_whole_whether_or_not_it_says_its_size()
    {
        var content = new byte[3_000_001];
        await RunningServer.Refused(await _dave.Put("/v1/attachments", new ByteArrayContent(content)), HttpStatusCode.RequestEntityTooLarge, "attachment_too_large");
        var streamed = new StreamContent(new MemoryStream(content));
        streamed.Headers.ContentLength = null;
        var request = new HttpRequestMessage(HttpMethod.Put, "/v1/attachments") { Content = streamed };
        request.Headers.TransferEncodingChunked = true;
        var response = await _dave.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("too_large", (await response.Json())["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task Readers_upload_nothing()
    {
        var (token, _) = await _server.Key(new { name = "screen", role = "reader" });
        using var reader = _server.Client(token);
        await RunningServer.Refused(await reader.Put("/v1/attachments", new ByteArrayContent([1])), HttpStatusCode.Forbidden, "role_too_low");
    }

    [Fact]
    public async Task A_key_that_does_not_reach_the_message_gets_the_answer_for_none()
    {
        var message = await Send([1, 2, 3], "x.bin");
        await RunningServer.Ok(await _server.Http.Post("/v1/agents", new { agent = "eve/other", project = "github.com/o/other" }));
        var (token, _) = await _server.Key(new { name = "eve", role = "agent", agent = "eve/other", projects = JsonNode.Parse("[\"other\"]") });
        using var eve = _server.Client(token);
        var there = await RunningServer.Refused(await eve.Get($"/v1/messages/{message}/attachments/x.bin"), HttpStatusCode.NotFound, "unknown_message");
        var nowhere = await RunningServer.Refused(await eve.Get("/v1/messages/m-0000000000/attachments/x.bin"), HttpStatusCode.NotFound, "unknown_message");
        Assert.Equal(there.ToJsonString().Replace(message, "m-0000000000", StringComparison.Ordinal), nowhere.ToJsonString());
    }
}
