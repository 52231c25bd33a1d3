using System.Text;
using Wigwag.EndToEnd.Cli;

namespace Wigwag.Security.Text;

/// <summary>What is secret is told to nobody: not in a log, an event, an error, an argument that the machine's other users see, or the database.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Password = "PlantedPassword4711";
    private const string Body = "PlantedBody4711";
    private const string Content = "PlantedContent4711";
    private static readonly string Forged = "wig_k4711471147_" + "PlantedToken4711".PadRight(43, '0');

    private readonly Town _town = new();
    private readonly StringBuilder _said = new();
    private readonly string _vc;

    public SecretTests()
    {
        _town.Environment["WIGWAG_LISTEN"] = "127.0.0.1:0";
        _vc = _town.Clone("dave/vc", $"https://dave:{Password}@github.com/steveyegge/vc.git");
        // Whatever is asked of git is noted first: other users see it while it runs.
        var git = Path.Combine(_town.Folder, "bin", "git");
        Directory.CreateDirectory(Path.GetDirectoryName(git)!);
        File.WriteAllText(git, $"#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{Arguments}'\nPATH=${{PATH#*:}} exec git \"$@\"\n");
        File.SetUnixFileMode(git, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _town.Environment["PATH"] = $"{Path.GetDirectoryName(git)}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private string Arguments => Path.Combine(_town.Folder, "arguments");

    [Fact]
    public async Task Planted_secrets_are_found_nowhere()
    {
        using var server = _town.StartIn(_vc, "serve", "--log-level", "debug");
        server.ErrorDataReceived += (_, line) => Hear(line.Data);
        server.BeginErrorReadLine();
        Town.Until(() => _town.ServerProcess() is not null, "the server runs");
        var errors = new StringBuilder();

        var token = (await File.ReadAllTextAsync(Path.Combine(_town.Home, "token"), TestContext.Current.CancellationToken)).Trim();
        var key = _town.WigwagIn(_vc, "key", "create", "laptop", "--role", "administrator", "--json").Fine().Json.GetProperty("token").GetString()!;
        await File.WriteAllTextAsync(Path.Combine(_town.Folder, "trace.txt"), Content, TestContext.Current.CancellationToken);
        using var send = _town.StartIn(_vc, "send", "dave/vc", "Parser crash", "--body", "-", "--attach", Path.Combine(_town.Folder, "trace.txt"), "--json");
        var message = Town.End(send, Body).Fine().Json.GetProperty("message_id").GetString()!;
        errors.Append(_town.WigwagIn(_vc, "project", "show", $"https://dave:{Password}@github.com/steveyegge/other").Complaint);
        errors.Append(_town.WigwagIn(_vc, "project", "register", $"ftp://dave:{Password}@example.org/x/y").Complaint);
        errors.Append(_town.WigwagIn(_vc, "trust", $"https://dave:{Password}@wigwag.example.org").Complaint);

        _town.Environment["WIGWAG_URL"] = _town.Url();
        _town.Environment["WIGWAG_TOKEN"] = key;
        _town.WigwagIn(_vc, "read", message).Fine();
        _town.Environment["WIGWAG_TOKEN"] = Forged;
        errors.Append(_town.WigwagIn(_vc, "status").Complaint);
        errors.Append(_town.WigwagIn(_vc, "doctor").Output);
        _town.Environment["WIGWAG_URL"] = $"http://dave:{Password}@127.0.0.1:1";
        errors.Append(_town.WigwagIn(_vc, "status").Complaint);
        _town.Environment.Remove("WIGWAG_URL");
        _town.Environment.Remove("WIGWAG_TOKEN");
        var events = await Events(_town.Url(), token, message);
        var database = Database();
        _town.WigwagIn(_vc, "stop").Fine();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        // The next command starts a server by itself, whose arguments anyone can see.
        _town.Environment["WIGWAG_TOKEN"] = key;
        _town.WigwagIn(_vc, "status").Fine();
        var arguments = await File.ReadAllTextAsync(Arguments, TestContext.Current.CancellationToken)
            + await File.ReadAllTextAsync($"/proc/{_town.ServerProcess()}/cmdline", TestContext.Current.CancellationToken);

        Assert.NotEmpty(_said.ToString());
        string[] secrets = [Password, token, token[^43..], key, key[^43..], Forged, Forged[^43..], Content];
        AssertNone("the log", _said.ToString(), [.. secrets, Body]);
        AssertNone("the log in the background", await File.ReadAllTextAsync(Path.Combine(_town.Home, "server.log"), TestContext.Current.CancellationToken), [.. secrets, Body]);
        AssertNone("the errors", errors.ToString(), [.. secrets, Body]);
        AssertNone("arguments", arguments, [.. secrets, Body]);
        AssertNone("events", events, secrets);
        AssertNone("the database", database, secrets);
    }

    public void Dispose() => _town.Dispose();

    private static void AssertNone(string where, string text, IEnumerable<string> secrets) =>
        Assert.All(secrets, secret => Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{where}: {secret}\n{text}"));

    private void Hear(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }

    private string Database() => Bytes("wigwag.db") + Bytes("wigwag.db-wal");

    private string Bytes(string file)
    {
        using var stream = new FileStream(Path.Combine(_town.Home, file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    /// <summary>Everything that the log tells, up to a message.</summary>
    private static async Task<string> Events(string url, string token, string last)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}/v1/events?project=*");
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("Last-Event-ID", "0");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));
        var told = new StringBuilder();
        while (await reader.ReadLineAsync(patience.Token) is { } line && !line.Contains($"\"message_id\":\"{last}\"", StringComparison.Ordinal))
        {
            told.AppendLine(line);
        }
        return told.ToString();
    }
}
