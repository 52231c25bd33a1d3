using System.Diagnostics;
using System.Text.Json;

namespace Wigwag.EndToEnd.Mcp;

/// <summary>A server of its own home that asks for no credentials, as suites of others need it.</summary>
public sealed class SuiteServer : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _home = Directory.CreateTempSubdirectory("wigwag-mcp-").FullName;
    private Process? _server;

    /// <summary>Where it listens for TCP.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What the scripts are told.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["WIGWAG_TEST_URL"] = Url,
        ["WIGWAG_PROGRAM"] = JsonSerializer.Serialize(new[] { Program }),
        ["WIGWAG_HOME"] = _home,
        ["WIGWAG_RESTART_HOME"] = Path.Combine(_home, "restart"),
    };

    private static string Program => Cli.Town.Program;

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo(Program, ["serve", "--auth", "none", "--listen", "127.0.0.1:0", "--log-level", "error"])
        {
            WorkingDirectory = _home,
            Environment = { ["WIGWAG_HOME"] = _home },
        };
        _server = Process.Start(start)!;
        var record = Path.Combine(_home, "server.json");
        using var late = new CancellationTokenSource(Patience);
        using var watcher = new FileSystemWatcher(_home) { EnableRaisingEvents = true };
        while (!File.Exists(record))
        {
            Assert.False(_server.HasExited, "The server ended before it listened.");
            Assert.False(late.IsCancellationRequested, "The server does not come up.");
            watcher.WaitForChanged(WatcherChangeTypes.All, 200);
        }
        using var written = JsonDocument.Parse(await File.ReadAllBytesAsync(record, late.Token));
        Url = written.RootElement.GetProperty("url").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await End(_server);
            _server.Dispose();
        }
        var restarted = Path.Combine(_home, "restart", "server.json");
        if (File.Exists(restarted))
        {
            using var stop = Process.Start(new ProcessStartInfo(Program, ["stop", "--quiet"]) { Environment = { ["WIGWAG_HOME"] = Path.GetDirectoryName(restarted) } })!;
            await stop.WaitForExitAsync();
        }
        Directory.Delete(_home, recursive: true);
    }

    private static async Task End(Process server)
    {
        if (!server.HasExited)
        {
            using var kill = Process.Start("kill", server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await server.WaitForExitAsync(new CancellationTokenSource(Patience).Token);
        }
    }
}
