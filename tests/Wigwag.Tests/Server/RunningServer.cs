using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Server;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Server;

/// <summary>A real server on a free port and a Unix socket, with a store of its own.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly WigwagServer _server;

    private RunningServer(TemporaryFolder folder, IStore store, WigwagServer server, string token, Logs logs)
    {
        (_folder, Store, _server, Token, Logged) = (folder, store, server, token, logs);
        Http = Client(token);
    }

    public IStore Store { get; }

    /// <summary>The local administrator's token.</summary>
    public string Token { get; }

    public Uri Address => _server.Address!;

    public int Port => Address.Port;

    public string Socket => _server.Socket!;

    public string Folder => _folder.Path;

    public TimeSpan Idle => _server.Activity.Idle;

    /// <summary>Everything the server logged.</summary>
    public Logs Logged { get; }

    /// <summary>A client with the local administrator's token.</summary>
    public HttpClient Http { get; }

    public static async Task<RunningServer> Start(Func<ServerOptions, ServerOptions>? change = null)
    {
        var folder = new TemporaryFolder();
        var store = TestEngine.Open(folder);
        var logs = new Logs();
        var options = new ServerOptions
        {
            Store = store,
            Blobs = TestEngine.Blobs(folder, store),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Socket = folder["run/wigwag.sock"],
            TokenFile = folder["token"],
            Logging = logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace),
        };
        options = change?.Invoke(options) ?? options;
        var server = (await WigwagServer.Start(options)).Value;
        return new(folder, store, server, options.TokenFile is { } file ? Wigwag.Server.Access.LocalToken.Read(file)! : "", logs);
    }

    /// <summary>A client that sends this token, or none.</summary>
    public HttpClient Client(string? token, params (string Name, string Value)[] headers)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (!string.IsNullOrEmpty(token))
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
        return client;
    }

    /// <summary>A client over the Unix socket, without a token.</summary>
    public HttpClient SocketClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost/") };

    /// <summary>Makes a key and answers its token and id.</summary>
    public async Task<(string Token, string Id)> Key(object request)
    {
        var answer = await Ok(await Http.Post("/v1/keys", request));
        return (answer["token"]!.GetValue<string>(), answer["key"]!["key_id"]!.GetValue<string>());
    }

    /// <summary>The JSON of an answer that must have succeeded.</summary>
    public static async Task<JsonObject> Ok(HttpResponseMessage response)
    {
        var text = await response.Text();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>The problem of an answer that must have been refused so.</summary>
    public static async Task<JsonObject> Refused(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Text();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(code, problem["code"]!.GetValue<string>());
        return problem;
    }

    /// <summary>Sends bytes as they are on a connection of their own, and answers the status line's number and the whole answer.</summary>
    public async Task<(int Status, string Answer)> Raw(string request, bool overSocket = false)
    {
        using var socket = overSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(overSocket ? new UnixDomainSocketEndPoint(Socket) : new IPEndPoint(IPAddress.Loopback, Port));
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var answer = await reader.ReadToEndAsync(patience.Token);
        return (answer.Length > 12 ? int.Parse(answer[9..12], System.Globalization.CultureInfo.InvariantCulture) : 0, answer);
    }

    /// <summary>Stops the server; the store stays open.</summary>
    public Task Stop() => _server.Stop();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        await Store.DisposeAsync();
        Logged.Dispose();
        _folder.Dispose();
    }
}

/// <summary>Keeps what was logged.</summary>
public sealed class Logs : ILoggerProvider
{
    private readonly StringBuilder _text = new();
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(Logs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (logs._text)
            {
                if (logLevel == LogLevel.Error)
                {
                    logs._output?.WriteLine($"{formatter(state, exception)} {exception}");
                }
                logs._text.AppendLine($"{logLevel} {category} {eventId.Id} {formatter(state, exception)} {exception}");
            }
        }
    }
}
