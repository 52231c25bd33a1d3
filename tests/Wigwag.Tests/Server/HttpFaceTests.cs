using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Wigwag.Tests.Server;

public sealed class HttpFaceTests(HttpFaceTests.Fixture fixture) : IClassFixture<HttpFaceTests.Fixture>
{
    public sealed class Fixture : IAsyncLifetime
    {
        public RunningServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await RunningServer.Start();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private HttpClient Http => fixture.Server.Http;

    private static StringContent Json(string text, string type = "application/json") => new(text, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));

    [Fact]
    public async Task What_creates_answers_201_in_snake_case()
    {
        var response = await Http.Post("/v1/keys", Json("""{"name":"screen","role":"reader","expires_in_days":2}"""));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        var key = (await RunningServer.Ok(response))["key"]!;
        Assert.Equal("reader", key["role"]!.GetValue<string>());
        Assert.NotNull(key["expires_at"]);
        Assert.Null(key["revoked_at"]);
    }

    [Theory]
    [InlineData("""{"name":"x","role":"reader","nmae":"y"}""", "unknown_property", "nmae")]
    [InlineData("""{"name":"x"}""", "missing_property", "role")]
    [InlineData("{}", "missing_property", "name")]
    [InlineData("""{"name":7,"role":"reader"}""", "bad_value", "name")]
    [InlineData("""{"name":null,"role":"reader"}""", "bad_value", "name")]
    [InlineData("""{"name":"x","role":"emperor"}""", "bad_value", "role")]
    [InlineData("""{"name":"x","role":3}""", "bad_value", "role")]
    [InlineData("""{"name":"x","role":"agent","agent":"not an id"}""", "bad_value", "agent")]
    [InlineData("""{"name":"x","role":"reader","expires_in_days":"soon"}""", "bad_value", "expires_in_days")]
    [InlineData("""{"name":"x","role":"reader","expires_in_days":1e99}""", "bad_value", "expires_in_days")]
    [InlineData("""{"name":"x","role":"reader","projects":"vc"}""", "bad_value", "projects")]
    [InlineData("""{"name":"x","name":"y","role":"reader"}""", "duplicate_property", "name")]
    public async Task A_wrong_property_is_named_with_what_it_is_for_and_a_value_that_would_do(string body, string code, string property)
    {
        var problem = await RunningServer.Refused(await Http.Post("/v1/keys", Json(body)), HttpStatusCode.BadRequest, code);
        Assert.Equal("invalid", problem["kind"]!.GetValue<string>());
        Assert.Contains(property, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(property, problem["details"]!["property"]!.GetValue<string>());
        if (code != "unknown_property")
        {
            Assert.NotNull(problem["details"]!["description"]);
            Assert.NotNull(problem["details"]!["example"]);
        }
    }

    [Fact]
    public async Task A_slip_of_the_finger_is_answered_with_the_near_name()
    {
        var problem = await RunningServer.Refused(
            await Http.Post("/v1/keys", Json("""{"nam":"x","role":"reader"}""")), HttpStatusCode.BadRequest, "unknown_property");
        Assert.Equal("Did you mean name?", problem["next"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{\"name\":\"x\",}")]
    [InlineData("{} {}")]
    [InlineData("nonsense")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task What_is_not_one_json_object_is_refused(string body) =>
        await RunningServer.Refused(await Http.Post("/v1/keys", Json(body)), HttpStatusCode.BadRequest, "bad_json");

    [Fact]
    public async Task Json_that_nests_deeper_than_32_is_refused()
    {
        var body = "{\"projects\":" + new string('[', 40) + new string(']', 40) + "}";
        await RunningServer.Refused(await Http.Post("/v1/keys", Json(body)), HttpStatusCode.BadRequest, "bad_json");
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused_with_415() =>
        await RunningServer.Refused(
            await Http.Post("/v1/keys", Json("name=x&role=reader", "application/x-www-form-urlencoded")), HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");

    [Theory]
    [InlineData("text/html", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json;q=0", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("text/html, application/*;q=0.5", HttpStatusCode.OK)]
    [InlineData("*/*", HttpStatusCode.OK)]
    public async Task A_client_that_takes_no_json_is_told_so(string accept, HttpStatusCode expected)
    {
        using var client = fixture.Server.Client(fixture.Server.Token, ("Accept", accept));
        Assert.Equal(expected, (await client.Get("/v1/keys")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_address_answers_404_as_a_problem() =>
        await RunningServer.Refused(await Http.Get("/v2/nothing"), HttpStatusCode.NotFound, "unknown_route");

    [Fact]
    public async Task A_method_that_an_address_does_not_take_answers_405_and_says_which_it_takes()
    {
        var response = await Http.Send(HttpMethod.Patch, "/v1/keys");
        await RunningServer.Refused(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Contains("GET", response.Content.Headers.Allow);
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Head_answers_as_get_does_without_the_body()
    {
        var response = await Http.Send(HttpMethod.Head, "/v1/keys");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 0);
        Assert.Empty(await response.Text());
    }

    [Theory]
    [InlineData("?ended=true", HttpStatusCode.OK)]
    [InlineData("?ended=false", HttpStatusCode.OK)]
    [InlineData("?ended", HttpStatusCode.OK)]
    [InlineData("?ended=perhaps", HttpStatusCode.BadRequest)]
    [InlineData("?ended=true&ended=false", HttpStatusCode.BadRequest)]
    [InlineData("?end=true", HttpStatusCode.BadRequest)]
    public async Task The_query_string_is_read_as_the_properties_types_are(string query, HttpStatusCode expected) =>
        Assert.Equal(expected, (await Http.Get("/v1/keys" + query)).StatusCode);

    [Fact]
    public async Task A_query_string_where_a_body_is_taken_is_refused() =>
        await RunningServer.Refused(await Http.Post("/v1/keys?name=x", Json("{}")), HttpStatusCode.BadRequest, "unexpected_query");

    [Fact]
    public async Task An_id_in_the_path_is_read_by_its_own_rule()
    {
        var problem = await RunningServer.Refused(await Http.Delete("/v1/keys/nonsense"), HttpStatusCode.BadRequest, "bad_value");
        Assert.Contains("a key id like", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        await RunningServer.Refused(await Http.Delete("/v1/keys/kaaaaaaaaaa"), HttpStatusCode.NotFound, "unknown_key");
    }

    [Theory]
    [InlineData("/v1/keys/ka%2F..%2F..%2Fb")]
    [InlineData("/v1/keys/%252e%252e")]
    [InlineData("/v1/keys/%00")]
    [InlineData("/v1/keys/x/../kaaaaaaaaaa")]
    public async Task A_path_that_is_played_with_reaches_nothing(string path)
    {
        var (status, answer) = await fixture.Server.Raw(
            $"DELETE {path} HTTP/1.1\r\nHost: localhost:{fixture.Server.Port}\r\nAuthorization: Bearer {fixture.Server.Token}\r\nConnection: close\r\n\r\n");
        Assert.True(status is 400 or 404, answer);
    }

    [Fact]
    public async Task A_repeat_with_the_same_idempotency_key_makes_nothing_new_and_never_shows_a_secret_again()
    {
        using var client = fixture.Server.Client(fixture.Server.Token, ("Idempotency-Key", Guid.NewGuid().ToString()));
        var first = await RunningServer.Ok(await client.Post("/v1/keys", new { name = "once", role = "reader" }));
        var again = await RunningServer.Ok(await client.Post("/v1/keys", new { name = "once", role = "reader" }));
        Assert.Equal(first["key"]!["key_id"]!.GetValue<string>(), again["key"]!["key_id"]!.GetValue<string>());
        Assert.NotNull(first["token"]);
        Assert.Null(again["token"]);
        await RunningServer.Refused(
            await client.Post("/v1/keys", new { name = "another", role = "reader" }), HttpStatusCode.Conflict, "idempotency_key_reused");
    }

    [Fact]
    public async Task Every_answer_tells_a_browser_to_make_nothing_of_it()
    {
        using var nobody = fixture.Server.Client(null);
        foreach (var response in new[] { await Http.Get("/v1/keys"), await nobody.Get("/v1/keys"), await nobody.Get("/healthz"), await Http.Get("/none") })
        {
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Empty(response.Headers.Server);
        }
    }

    [Fact]
    public async Task What_is_left_out_is_what_its_record_says_it_is()
    {
        await RunningServer.Ok(await Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        using var dave = fixture.Server.Client(fixture.Server.Token, ("Wigwag-Agent", "dave/vc"));
        // The body's default is the empty text and the category's INFO; - in a path leaves the project out.
        var message = await RunningServer.Ok(await dave.Post("/v1/projects/-/messages", new { to = "dave/vc", subject = "A note" }));
        Assert.Equal("", message["body"]!.GetValue<string>());
        Assert.Equal("INFO", message["category"]!.GetValue<string>());
        Assert.Empty(message["attachments"]!.AsArray());
    }
}
