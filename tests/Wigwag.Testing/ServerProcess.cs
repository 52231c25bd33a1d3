using System.Diagnostics;
using System.Text.Json;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Program.Local;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Wigwag.Testing;

/// <summary>The real server in a process of its own, to be killed, stopped and started on the same home.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int Sigstop = 19, Sigcont = 18;

    private readonly Process _process;

    private ServerProcess(Process process, string home, Uri address, TimeSpan readyAfter) =>
        (_process, Home, Address, ReadyAfter) = (process, home, address, readyAfter);

    public string Home { get; }

    public Uri Address { get; }

    public int Id => _process.Id;

    /// <summary>From the start of the process until it answered that it is ready.</summary>
    public TimeSpan ReadyAfter { get; }

    /// <summary>The program under test: the native one that WIGWAG_TEST_PROGRAM names, or else the managed one that was built with whoever uses this.</summary>
    public static string Built => Environment.GetEnvironmentVariable("WIGWAG_TEST_PROGRAM") is { Length: > 0 } named
        ? named
        : Path.Combine(AppContext.BaseDirectory, "wigwag");

    /// <summary>Starts a server of the program that was built with this and waits until it is ready.</summary>
    public static Task<ServerProcess> Start(string home, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments) =>
        Start(Built, home, environment, arguments);

    /// <summary>Starts a server of any build and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not become ready within <see cref="Patience"/>; what it logged last is in the message.</exception>
    public static async Task<ServerProcess> Start(
        string program, string home, IReadOnlyDictionary<string, string>? environment, IReadOnlyList<string> arguments)
    {
        Directory.CreateDirectory(home);
        var record = Path.Combine(home, "server.json");
        File.Delete(record);
        var start = new ProcessStartInfo(program, ["serve", "--listen", "127.0.0.1:0", "--log-level", "warning", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["WIGWAG_HOME"] = home },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var log = new Log();
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        using var http = new HttpClient();
        while (true)
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) >= Patience)
            {
                throw new InvalidOperationException($"The server {(process.HasExited ? "ended" : "did not become ready")}: {log}");
            }
            if (AddressIn(record, process.Id) is { } address && await IsReady(http, address))
            {
                return new(process, home, address, Stopwatch.GetElapsedTime(started));
            }
            await Task.Delay(5);
        }
    }

    /// <summary>A client that speaks as an agent, with the key of that name, or as the administrator.</summary>
    public WigwagClient Client(AgentId? agent = null, string? token = null) => new(new()
    {
        Address = Address,
        Token = token ?? File.ReadAllText(Path.Combine(Home, "token")).Trim(),
        Agent = agent,
        AnswerWithin = TimeSpan.FromSeconds(20),
    });

    /// <summary><c>kill -9</c>.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Holds every thread of it still, as a suspended machine does.</summary>
    public void Pause() => Signal(Sigstop);

    public void Continue() => Signal(Sigcont);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Kill();
        }
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!Libc.Signal(_process.Id, signal))
        {
            throw new InvalidOperationException($"Process {_process.Id} cannot be given signal {signal}.");
        }
    }

    private static async Task<bool> IsReady(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Uri? AddressIn(string record, int process)
    {
        try
        {
            var said = JsonDocument.Parse(File.ReadAllText(record)).RootElement;
            return said.GetProperty("pid").GetInt32() == process && said.TryGetProperty("url", out var url) ? new Uri(url.GetString()!) : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // Not there yet.
            return null;
        }
    }

    private sealed class Log
    {
        private readonly Queue<string> _lines = new();

        public void Add(string? line)
        {
            lock (_lines)
            {
                _lines.Enqueue(line ?? "");
                while (_lines.Count > 50)
                {
                    _lines.Dequeue();
                }
            }
        }

        public override string ToString()
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }
}
