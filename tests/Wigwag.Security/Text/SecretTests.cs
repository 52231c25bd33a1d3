using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Wigwag.EndToEnd.Cli;
using Wigwag.Security.Mcp;

namespace Wigwag.Security.Text;

/// <summary>
/// Secrets are planted on every way in and looked for on every way out. What Wigwag is configured with, or should never have been given, is
/// told by nothing; what an agent wrote is told to who reads it, and by nothing else.
/// </summary>
public sealed class SecretTests : IDisposable
{
    private readonly Town _town = new();
    private readonly Planted _planted = new();
    private readonly Eavesdropper _collector = new("200 OK");
    private readonly Eavesdropper _objects = new("403 Forbidden");
    private readonly StringBuilder _log = new();
    private readonly StringBuilder _errors = new();
    private readonly StringBuilder _lists = new();
    private readonly StringBuilder _arguments = new();
    private readonly List<string> _told = [];
    private readonly string _vc;
    private string _remote = "";

    public SecretTests()
    {
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        _vc = PlantInClone();
        PlantInEnvironment();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Arguments => Path.Combine(_town.Folder, "arguments");

    public void Dispose()
    {
        _town.Dispose();
        _collector.Dispose();
        _objects.Dispose();
    }

    [Fact]
    public async Task Planted_secrets_are_told_by_nothing()
    {
        var server = await Serve("serve", "--log-level", "debug", "--otlp", _collector.Url);
        var token = _planted.Own("the administrator's token", (await File.ReadAllTextAsync(Path.Combine(_town.Home, "token"), Cancel)).Trim());
        var key = _planted.Own("a key", _town.WigwagIn(_vc, "key", "create", "laptop", "--role", "administrator", "--json").Fine().Json.GetProperty("token").GetString()!);
        _planted.Own("a clone's secret", (await File.ReadAllTextAsync(Path.Combine(_vc, ".git", "wigwag", "workspace"), Cancel)).Split(' ')[0]);
        _planted.Own("a clone's proof", Wigwag.Git.Workspace.Discover(_vc).Value.Proof(System.Net.Dns.GetHostName())!);
        using var dave = Client(token, "dave/vc");
        using var other = Client(token, "main/other");
        await RunningServer.Ok(await other.Post("/v1/agents", new { agent = "main/other", project = "github.com/o/other" }));
        var message = await Write(dave);
        await Misdirect(dave);
        Mistake(message, key);
        foreach (var command in (string[][])[["status"], ["inbox"], ["sent"], ["issue", "list"], ["project", "list"], ["agent", "list"], ["key", "list"], ["doctor"], ["agent", "online"]])
        {
            _lists.Append(_town.WigwagIn(_vc, command).Output);
        }
        foreach (var path in (string[])["/metrics", "/openapi.json", "/healthz", "/readyz", "/v1/status", "/v1/keys", "/v1/agents", "/v1/projects"])
        {
            _lists.Append(await (await dave.Get(path)).Text());
        }
        using (var tools = await dave.SendAsync(McpCalls.Request(McpCalls.Message("tools/list", [])), Cancel))
        {
            _lists.Append(await tools.Text());
        }
        // The last thing that either reader of the stream is told.
        var last = (await RunningServer.Ok(await other.Post("/v1/projects/other/messages", new { subject = "Over" })))["message_id"]!.GetValue<string>();
        var stranger = _town.WigwagIn(_vc, "key", "create", "screen", "--role", "reader", "--projects", "other", "--json").Fine().Json.GetProperty("token").GetString()!;
        var events = await Events(token, last);
        var others = await Events(stranger, last);
        var backup = Path.Combine(_town.Folder, "backup.tar");
        _lists.Append(_town.WigwagIn(_vc, "backup", backup).Fine().Output);
        var database = Bytes("wigwag.db") + Bytes("wigwag.db-wal");
        _town.WigwagIn(_vc, "stop").Fine();
        await server.WaitForExitAsync(Cancel);

        // The next command starts a server by itself.
        _town.Environment["WIGWAG_TOKEN"] = key;
        _town.WigwagIn(_vc, "status").Fine();
        _arguments.Append(await File.ReadAllTextAsync($"/proc/{_town.ServerProcess()}/cmdline", Cancel));
        _town.WigwagIn(_vc, "stop").Fine();
        _town.Environment.Remove("WIGWAG_TOKEN");
        await OnPostgres();

        _arguments.Append(await File.ReadAllTextAsync(Arguments, Cancel));
        // Both ways of looking find what is there.
        var written = Of(Keeping.AsWritten);
        Assert.Contains(written, secret => database.Contains(secret.Text, StringComparison.Ordinal));
        Assert.NotEmpty(_log.ToString());
        Assert.Contains("remote", _arguments.ToString(), StringComparison.Ordinal);
        Assert.Contains("wigwag", _collector.Heard, StringComparison.Ordinal);
        Assert.Contains(" /attachments/x/", _objects.Heard, StringComparison.Ordinal);
        Look("the log", _log.ToString(), _planted.All);
        Look("metrics and traces", _collector.Heard, _planted.All);
        Look("arguments", _arguments.ToString(), _planted.All);
        Look("errors", _errors.ToString(), _planted.All);
        Look("lists", _lists.ToString(), _planted.All);
        Look("another project's events", others, _planted.All);
        // The log of events tells of an issue what its project's readers may read; of a message and what is attached, the envelope.
        Look("events", events, _planted.All.Where(secret => secret.Keeping == Keeping.Nowhere || secret.Kind.Contains("message", StringComparison.Ordinal)));
        Look("the database", database, Of(Keeping.Nowhere));
        LookInBackup(backup);
        LookInHome();
        // Requests are signed with it; it is sent to nobody.
        Look("what the attachments' store was sent", _objects.Heard, Of(Keeping.Nowhere).Where(secret => secret.Kind != "a session of S3"));
        Assert.True(_told.Count == 0, string.Join('\n', _told));
        Assert.True(_planted.All.Count >= 30, $"{_planted.All.Count}");
        Scale.Tell("Secrets:", $"{_planted.All.Count} planted secrets ({_planted.All.Count - written.Count} of configuration, credentials and requests, {written.Count} in texts): 0 in logs, metrics and traces, arguments of processes, errors, lists, events, files beside the database, and a backup's list; 0 of the former anywhere");
    }

    private string PlantInClone()
    {
        _remote = _planted.Secret("a remote's password");
        var clone = _town.Clone("dave/vc", $"https://dave:{_remote}@github.com/steveyegge/vc.git");
        _town.Run("git", clone, "config", "remote.origin.pushurl", $"https://x-access-token:{_planted.Secret("a GitHub app's token", "ghs_", 36)}@github.com/steveyegge/vc.git").Fine();
        _town.Run("git", clone, "config", "http.extraHeader", "Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("dave:" + _planted.Secret("a password of git's")))).Fine();
        _town.Run("git", clone, "config", $"url.https://{_planted.Secret("a GitLab token", "glpat-", 20)}@gitlab.com/.insteadOf", "lab:").Fine();
        Directory.CreateDirectory(Path.Combine(clone, ".wigwag"));
        File.WriteAllText(Path.Combine(clone, ".wigwag/config.yaml"), $"""
            external_projects:
              beads:
                git_remote: https://dave:{_planted.Secret("a password in config.yaml")}@github.com/steveyegge/beads.git
              far:
                git_remote: https://github.com/steveyegge/far.git
                coordination_url: https://dave:{_planted.Secret("a password of a server's address")}@wigwag.example.org

            """);
        // Whatever is asked of git is noted first: other users see it while it runs.
        var git = Path.Combine(_town.Folder, "bin", "git");
        Directory.CreateDirectory(Path.GetDirectoryName(git)!);
        File.WriteAllText(git, $"#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{Arguments}'\nPATH=${{PATH#*:}} exec git \"$@\"\n");
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _town.Environment["PATH"] = $"{Path.GetDirectoryName(git)}:{Environment.GetEnvironmentVariable("PATH")}";
        return clone;
    }

    private void PlantInEnvironment()
    {
        _town.Environment["GITHUB_TOKEN"] = _planted.Secret("a GitHub token", "ghp_", 36);
        _town.Environment["ANTHROPIC_API_KEY"] = _planted.Secret("an Anthropic key", "sk-ant-api03-", 80);
        _town.Environment["OPENAI_API_KEY"] = _planted.Secret("an OpenAI key", "sk-proj-", 48);
        _town.Environment["PGPASSWORD"] = _planted.Secret("PGPASSWORD");
        _town.Environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
        _town.Environment["AWS_SECRET_ACCESS_KEY"] = _planted.Secret("a secret of S3", "", 40);
        _town.Environment["AWS_SESSION_TOKEN"] = _planted.Secret("a session of S3", "IQoJb3JpZ2luX2Vj", 100);
    }

    /// <summary>What agents write, in every text that another one reads.</summary>
    private async Task<string> Write(HttpClient dave)
    {
        var file = Path.Combine(_town.Folder, "trace.txt");
        await File.WriteAllTextAsync(file, $"Server=db;Database=vc;User Id=sa;Password={_planted.Written("a message's attached connection string", "", 24)};", Cancel);
        var body = $"-----BEGIN OPENSSH PRIVATE KEY-----\n{_planted.Written("a message's private key", "b3BlbnNzaC1rZXktdjEAAAAA", 46)}\n-----END OPENSSH PRIVATE KEY-----\n";
        using var send = _town.StartIn(_vc, "send", "dave/vc", "Parser crash", "--body", "-", "--attach", file, "--json");
        var message = Town.End(send, body).Fine().Json.GetProperty("message_id").GetString()!;
        await RunningServer.Ok(await dave.Post($"/v1/messages/{message}/reply", new { body = _planted.Written("a message's Slack token", "xoxb-", 48) }));
        await RunningServer.Ok(await dave.Post(
            "/v1/projects/vc/messages",
            new { subject = "Inline", attachments = new[] { new { name = "env", text = "STRIPE=" + _planted.Written("a message's Stripe key", "sk_live_", 32) } } }));
        var issue = (await RunningServer.Ok(await dave.Post("/v1/projects/vc/issues", new { title = "Crash", body = _planted.Written("an issue's npm token", "npm_", 36) })))["issue_id"]!.GetValue<string>();
        await RunningServer.Ok(await dave.Post($"/v1/issues/{issue}/comments", new { body = _planted.Written("a message's Vault token", "hvs.", 90) }));
        await RunningServer.Ok(await dave.Post($"/v1/issues/{issue}/close", new { reason = _planted.Written("a reason's DigitalOcean token", "dop_v1_", 64) }));
        await RunningServer.Ok(await dave.Post(
            "/v1/projects/vc/reservations", new { scopes = new JsonArray("src/a.cs"), reason = _planted.Written("a reservation's PyPI token", "pypi-AgEIcHlwaS5vcmc", 60) }));
        await RunningServer.Ok(await dave.Get($"/v1/messages?query={_planted.Written("a search's SendGrid key", "SG", 60)}"));
        return message;
    }

    /// <summary>Requests that bring secrets where none belongs.</summary>
    private async Task Misdirect(HttpClient dave)
    {
        var basic = _planted.Secret("a password as Basic");
        foreach (var (name, value) in new[]
        {
            ("Authorization", "Basic " + _planted.Own("Basic authorization", Convert.ToBase64String(Encoding.ASCII.GetBytes("dave:" + basic)))),
            ("Authorization", "Bearer " + _planted.Secret("a JWT", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJkYXZlIn0.", 43)),
            ("Proxy-Authorization", "Basic " + _planted.Secret("a proxy's password")),
            ("X-Api-Key", _planted.Secret("a Google key", "AIza", 35)),
            ("Cookie", "session=" + _planted.Secret("a cookie")),
            ("Mcp-Session-Id", _planted.Secret("a session's id")),
            ("Host", _planted.Secret("a token as a host", "sq0atp-", 22)),
            ("Origin", "https://" + _planted.Secret("a token as an origin", "EAAA", 60)),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, name == "Mcp-Session-Id" ? "/mcp" : "/v1/keys");
            request.Headers.TryAddWithoutValidation(name, value);
            using var response = await dave.SendAsync(request, Cancel);
            _errors.Append(await response.Text());
        }
        _errors.Append(await (await dave.Get($"/v1/keys?access_token={_planted.Secret("a token in a query", "ya29.", 60)}")).Text());
        _errors.Append(await (await dave.Get($"/{_planted.Secret("a token in a path", "dp.pt.", 43)}")).Text());
        var broken = new StringContent($"{{\"name\":\"{_planted.Secret("a token in a broken body", "shpat_", 32)}", Encoding.UTF8, "application/json");
        _errors.Append(await (await dave.Post("/v1/keys", broken)).Text());
        _errors.Append(await (await dave.Post("/v1/keys", new { name = 1, role = _planted.Secret("a token as a wrong value", "rk_live_", 32) })).Text());
        var session = _planted.Own("an MCP session", await dave.Open());
        using var ended = McpCalls.Request("""{"jsonrpc":"2.0","id":2,"method":"no/such"}""", ("Mcp-Session-Id", session), ("MCP-Protocol-Version", "2025-06-18"));
        using var answer = await dave.SendAsync(ended, Cancel);
        _errors.Append(await answer.Text());
    }

    /// <summary>Commands that are given secrets, rightly and wrongly.</summary>
    private void Mistake(string message, string key)
    {
        var password = _planted.Secret("a password in an argument");
        foreach (var command in (string[][])[
            ["project", "show", $"https://dave:{password}@github.com/steveyegge/other"],
            ["project", "register", $"ftp://dave:{password}@example.org/x/y"],
            ["trust", $"https://dave:{password}@wigwag.example.org"],
            ["send", "far", "x"]])
        {
            Say(command);
        }
        var file = Path.Combine(_town.Folder, "their.token");
        File.WriteAllText(file, _planted.Own("a trusted server's token", "wig_k4711471147_" + _planted.Secret("its secret part", "", 43)));
        _town.WigwagIn(_vc, "trust", "https://wigwag.example.org", "--token-file", file).Fine();
        _town.Environment["WIGWAG_URL"] = _town.Url();
        _town.Environment["WIGWAG_TOKEN"] = key;
        Assert.Contains("PRIVATE KEY", _town.WigwagIn(_vc, "read", message).Fine().Output, StringComparison.Ordinal);
        _town.Environment["WIGWAG_TOKEN"] = _planted.Secret("a forged key", "wig_k0000000000_", 43);
        Say("status");
        Say("doctor");
        _town.Environment.Remove("WIGWAG_TOKEN");
        _town.Environment["WIGWAG_TOKEN_FILE"] = file;
        Say("status");
        _town.Environment["WIGWAG_URL"] = $"http://dave:{_planted.Secret("a password in WIGWAG_URL")}@127.0.0.1:1";
        Say("status");
        _town.Environment.Remove("WIGWAG_URL");
        _town.Environment.Remove("WIGWAG_TOKEN_FILE");
    }

    /// <summary>Servers on PostgreSQL, with attachments in a store that refuses them and repeats what it was sent: one that works, some that cannot.</summary>
    private async Task OnPostgres()
    {
        _town.Environment["WIGWAG_STORE"] = $"postgres://wigwag:{_planted.Secret("a password in WIGWAG_STORE")}@127.0.0.1:1/wigwag?sslpassword={_planted.Secret("a key file's password")}";
        Say("serve");
        _town.Environment["WIGWAG_STORE"] = $"postgres://wigwag:{_planted.Secret("a password in a wrong address")}@127.0.0.1/wigwag?no_such=1";
        Say("serve");
        _town.Environment.Remove("WIGWAG_STORE");
        Say("serve", "--store", $"postgres://wigwag:{_planted.Secret("a password of --store")}@127.0.0.1/wigwag");

        var cluster = await PostgresCluster.Shared;
        var address = Path.Combine(_town.Folder, "store");
        var url = cluster.Url(await cluster.EmptyDatabase()).Replace("wigwag@", $"wigwag:{_planted.Secret("a password in the file of WIGWAG_STORE_FILE")}@", StringComparison.Ordinal);
        await File.WriteAllTextAsync(address, url, Cancel);
        _town.Environment["WIGWAG_STORE_FILE"] = address;
        _town.Environment["WIGWAG_ATTACHMENTS"] = $"s3://attachments/x?endpoint={_objects.Url}&region=eu-central-1";
        var server = await Serve("serve", "--log-level", "debug", "--log-format", "json");
        Say("send", "dave/vc", "x", "--attach", Path.Combine(_town.Folder, "trace.txt"));
        var credentials = Path.Combine(_town.Folder, "credentials");
        await File.WriteAllTextAsync(credentials, $"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {_planted.Secret("a secret in a file of S3's", "", 40)}\n", Cancel);
        _arguments.Append(await File.ReadAllTextAsync($"/proc/{_town.ServerProcess()}/cmdline", Cancel));
        _town.WigwagIn(_vc, "stop").Fine();
        await server.WaitForExitAsync(Cancel);
        (_town.Environment["AWS_SECRET_ACCESS_KEY"], _town.Environment["AWS_SHARED_CREDENTIALS_FILE"]) = (null, credentials);
        server = await Serve("serve", "--log-level", "debug", "--log-format", "json");
        Say("send", "dave/vc", "x", "--attach", Path.Combine(_town.Folder, "trace.txt"));
        _town.WigwagIn(_vc, "stop").Fine();
        await server.WaitForExitAsync(Cancel);
    }

    private async Task<System.Diagnostics.Process> Serve(params string[] command)
    {
        var server = _town.StartIn(_vc, command);
        server.ErrorDataReceived += (_, line) => Hear(line.Data);
        server.OutputDataReceived += (_, line) => Hear(line.Data);
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        await Task.Run(() => Town.Until(() => _town.ServerProcess() == server.Id, "the server runs"), Cancel);
        return server;
    }

    private void Hear(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }

    /// <summary>Runs a command that is refused, or says how things are.</summary>
    private void Say(params string[] command)
    {
        var ran = _town.WigwagIn(_vc, command);
        _errors.Append(ran.Complaint).Append(ran.Output);
    }

    private HttpClient Client(string token, string agent)
    {
        var client = new HttpClient { BaseAddress = new Uri(_town.Url()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        client.DefaultRequestHeaders.Add("Wigwag-Agent", agent);
        return client;
    }

    /// <summary>Everything that the log tells who has this key, up to a message.</summary>
    private async Task<string> Events(string token, string last)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_town.Url()), DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        await using var reader = await EventReader.Open(http, "?project=*", lastEventId: "0");
        var told = new StringBuilder();
        while (!told.ToString().Contains($"\"message_id\":\"{last}\"", StringComparison.Ordinal))
        {
            told.AppendLine((await reader.Next()).Data);
        }
        return told.ToString();
    }

    private string Bytes(string file) => Whole(Path.Combine(_town.Home, file));

    // Copied by another program: the class library asks for a lock of its own, which the server's on its database excludes.
    private string Whole(string path)
    {
        var copy = Path.Combine(_town.Folder, "copy");
        _town.Run("cp", _town.Folder, path, copy).Fine();
        return Encoding.Latin1.GetString(File.ReadAllBytes(copy));
    }

    private List<Secret> Of(Keeping keeping) => [.. _planted.All.Where(secret => secret.Keeping == keeping)];

    /// <summary>The backup has what was written, in its database and its blobs; its list and its names have nothing.</summary>
    private void LookInBackup(string backup)
    {
        Look("the backup", Whole(backup), Of(Keeping.Nowhere));
        using var tar = new TarReader(File.OpenRead(backup));
        while (tar.GetNextEntry() is { } entry)
        {
            Look("names in the backup", entry.Name, _planted.All);
            if (entry.Name == "manifest.json")
            {
                using var manifest = new StreamReader(entry.DataStream!);
                Look("the backup's list", manifest.ReadToEnd(), _planted.All);
            }
        }
    }

    /// <summary>Only the token's own file holds it, and only the list of trusted servers theirs.</summary>
    private void LookInHome()
    {
        var home = new DirectoryInfo(_town.Home).GetFiles("*", SearchOption.AllDirectories);
        Assert.Contains(home, file => file.Name == "server.log");
        foreach (var file in home)
        {
            Look("names in the home", file.FullName, _planted.All);
            var holds = file.Name switch { "token" => "the administrator's token", "servers" => "a trusted server's token", _ => "" };
            var isStore = file.Name.StartsWith("wigwag.db", StringComparison.Ordinal) || file.DirectoryName!.Contains("/blobs", StringComparison.Ordinal);
            Look(file.FullName, Whole(file.FullName), (isStore ? Of(Keeping.Nowhere) : _planted.All).Where(secret => holds.Length == 0 || (secret.Kind != holds && secret.Kind != "its secret part")));
        }
    }

    // Of our own tokens also the part that is the secret: an id may be told.
    private void Look(string where, string text, IEnumerable<Secret> secrets)
    {
        foreach (var secret in secrets)
        {
            var part = secret.Text.StartsWith("wig_", StringComparison.Ordinal) ? secret.Text[^43..] : secret.Text;
            if (text.IndexOf(part, StringComparison.OrdinalIgnoreCase) is var at and >= 0)
            {
                var from = Math.Max(0, at - 200);
                _told.Add($"{where}: {secret.Kind}, in …{text.Substring(from, Math.Min(200 + part.Length, text.Length - from))}…");
            }
        }
    }
}
