using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using Wigwag.Core.Operations;
using Wigwag.Server;

namespace Wigwag.Security.Access;

[SupportedOSPlatform("linux")]
public sealed class AuthenticationTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.Start();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Without_a_key_every_route_but_the_open_ones_answers_401()
    {
        using var nobody = _server.Client(null);
        foreach (var path in Catalog.Operations.Select(operation => operation.Http.Split(' ')[1]).Concat(["/v1/events", "/metrics", "/mcp", "/no/such"]))
        {
            var response = await nobody.Get(path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
            await RunningServer.Refused(response, HttpStatusCode.Unauthorized, "no_credential");
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwdw==")]
    [InlineData("Bearer wig_kaaaaaaaaaa_0000000000000000000000000000000000000000000")]
    public async Task A_wrong_key_answers_401_and_says_no_more(string authorization)
    {
        using var client = _server.Client(null, ("Authorization", authorization));
        var problem = await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Unauthorized, "bad_credential");
        Assert.Equal("The key is unknown, expired or revoked.", problem["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_right_id_with_a_wrong_secret_answers_as_an_unknown_id_does()
    {
        var forged = _server.Token[..^1] + (_server.Token[^1] == 'a' ? 'b' : 'a');
        using var client = _server.Client(forged);
        await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Unauthorized, "bad_credential");
    }

    [Fact]
    public async Task A_wrong_key_is_refused_on_the_unix_socket_too()
    {
        using var client = _server.SocketClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", "nonsense");
        await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Unauthorized, "bad_credential");
    }

    [Theory]
    [InlineData("/v1/keys?access_token={token}")]
    [InlineData("/v1/keys?token={token}")]
    [InlineData("/v1/keys?authorization=Bearer%20{token}")]
    public async Task A_token_in_the_query_string_opens_nothing(string path)
    {
        using var nobody = _server.Client(null);
        var response = await nobody.Get(path.Replace("{token}", _server.Token, StringComparison.Ordinal));
        await RunningServer.Refused(response, HttpStatusCode.Unauthorized, "no_credential");
    }

    [Fact]
    public async Task The_servers_own_user_needs_no_token_on_the_unix_socket()
    {
        using var client = _server.SocketClient();
        await RunningServer.Ok(await client.Get("/v1/keys"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Forwarded", "for=10.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Real-IP", "10.0.0.1")]
    public async Task A_request_that_a_proxy_passes_to_the_socket_is_not_local(string header, string value)
    {
        using var client = _server.SocketClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Unauthorized, "no_credential");
        client.DefaultRequestHeaders.Authorization = new("Bearer", _server.Token);
        await RunningServer.Ok(await client.Get("/v1/keys"));
    }

    [Fact]
    public async Task Loopback_alone_opens_nothing_and_neither_does_a_claim_to_it()
    {
        using var client = _server.Client(null, ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"));
        await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Unauthorized, "no_credential");
    }

    [Fact]
    public async Task Another_user_of_the_machine_gets_no_answer_from_the_socket()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Needs root, to become another user.");
        // Modes that would let them in, so that only the kernel's word on who they are keeps them out.
        File.SetUnixFileMode(_server.Folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.GetDirectoryName(_server.Socket)!, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_server.Socket, (UnixFileMode)0b110_110_110);
        string[] ask = ["curl", "--silent", "--show-error", "--max-time", "10", "--unix-socket", _server.Socket, "http://localhost/healthz"];
        Assert.Equal(0, (await Run(ask)).ExitCode);
        var (exitCode, output) = await Run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. ask]);
        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("ok", output, StringComparison.Ordinal);
        Assert.Contains("from user 65534", _server.Logged.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_socket_and_its_directory_and_the_token_are_their_users_alone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_server.Socket) & (UnixFileMode)0b111_111_111);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(_server.Socket)!) & (UnixFileMode)0b111_111_111);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_server.Folder, "token")));
    }

    [Fact]
    public async Task An_agents_key_speaks_for_its_agent_alone()
    {
        var (token, _) = await _server.Key(new { name = "dave", role = "agent", agent = "dave/vc" });
        using var other = _server.Client(token, ("Wigwag-Agent", "main/beads"));
        await RunningServer.Refused(await other.Get("/v1/keys"), HttpStatusCode.Forbidden, "not_your_agent");
    }

    [Fact]
    public async Task A_readers_key_speaks_for_nobody()
    {
        var (token, _) = await _server.Key(new { name = "screen", role = "reader" });
        using var reader = _server.Client(token, ("Wigwag-Agent", "dave/vc"));
        await RunningServer.Refused(await reader.Get("/v1/keys"), HttpStatusCode.Forbidden, "not_your_agent");
    }

    [Fact]
    public async Task A_workspace_that_is_not_registered_is_told_to_register()
    {
        using var client = _server.Client(_server.Token, ("Wigwag-Workspace", "host=box;path=%2Fhome%2Fann%2Fdave%2Fvc;fingerprint=abc"));
        var problem = await RunningServer.Refused(await client.Get("/v1/keys"), HttpStatusCode.Conflict, "workspace_unregistered");
        Assert.Contains("POST /v1/agents", problem["next"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_authentication_everyone_on_loopback_is_the_administrator_and_the_log_says_so()
    {
        await using var open = await RunningServer.Start(options => options with { Authentication = AuthenticationMode.None });
        using var nobody = open.Client(null);
        await RunningServer.Ok(await nobody.Get("/v1/keys"));
        Assert.Contains("AUTHENTICATION IS OFF", open.Logged.ToString(), StringComparison.Ordinal);
        using var proxied = open.Client(null, ("X-Forwarded-For", "10.0.0.1"));
        await RunningServer.Refused(await proxied.Get("/v1/keys"), HttpStatusCode.Unauthorized, "no_credential");
    }

    [Fact]
    public async Task Without_authentication_it_does_not_listen_beyond_loopback()
    {
        var options = new ServerOptions
        {
            Store = _server.Store,
            Blobs = null!,
            Listen = new IPEndPoint(IPAddress.Any, 0),
            Authentication = AuthenticationMode.None,
        };
        Assert.Equal("open_to_the_network", (await WigwagServer.Start(options, TestContext.Current.CancellationToken)).Error?.Code);
    }

    private static async Task<(int ExitCode, string Output)> Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
