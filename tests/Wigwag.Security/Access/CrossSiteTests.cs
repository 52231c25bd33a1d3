using System.Net;
using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Security.Access;

/// <summary>A page in a browser changes nothing: what a link or an image asks for only reads, and what a form sends is refused.</summary>
public sealed class CrossSiteTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_is_asked_for_with_GET_or_HEAD_changes_nothing()
    {
        Assert.All(Catalog.Operations.Where(operation => operation.Http.StartsWith("GET ", StringComparison.Ordinal)), operation => Assert.Equal(Effect.Query, operation.Effect));
        var before = await Everything();
        var asked = 0;
        foreach (var (_, path) in Routes.All.Where(route => route.Path is not ("/v1/events" or "/mcp") && !route.Path.Contains("wait", StringComparison.Ordinal)).DistinctBy(route => route.Path))
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                using var response = await _server.Http.Send(method, path);
                asked++;
            }
        }
        Assert.Equal(before, await Everything());
        Scale.Tell("Cross-site:", $"{asked} requests with GET and HEAD on every route: 0 changes");
    }

    [Fact]
    public async Task What_a_form_can_send_is_refused()
    {
        var before = await Everything();
        var sent = 0;
        foreach (var (_, path) in Routes.All.Where(route => route.Method == "POST"))
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
            {
                foreach (var origin in new[] { "https://evil.example", "null" })
                {
                    // As a browser sends it, with the key that a careless proxy might add.
                    using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent("{\"name\":\"x\",\"role\":\"reader\"}"u8.ToArray()) };
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                    request.Headers.TryAddWithoutValidation("Origin", origin);
                    request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "cross-site");
                    using var response = await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                    Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
                    sent++;
                }
            }
        }
        foreach (var operation in Catalog.Operations.Where(operation => operation.Http.StartsWith("POST ", StringComparison.Ordinal)))
        {
            var path = operation.Http[5..].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            var response = await _server.Http.Post(path, new StringContent("{}", Encoding.UTF8, "text/plain"));
            await RunningServer.Refused(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
            sent++;
        }
        Assert.Equal(before, await Everything());
        Scale.Tell("Cross-site:", $"{sent} forms: 0 taken");
    }

    private async Task<long> Everything() => (await _server.Store.Read<object>(
        Caller.System, async (session, _) => await session.Scalar("SELECT COUNT(*) FROM events") ?? 0, TestContext.Current.CancellationToken)).Value is long count ? count : -1;
}
