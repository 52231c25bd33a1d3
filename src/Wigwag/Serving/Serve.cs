using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Views;
using Wigwag.Server;
using Wigwag.Server.Backups;
using Wigwag.Storage.Backup;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Program.Serving;

/// <summary>Runs the server of one home in this process, from taking its lock to letting it go.</summary>
internal static class Serve
{
    private static readonly IPEndPoint DefaultListen = new(IPAddress.Loopback, 8765);
    private static readonly TimeSpan DefaultIdleExit = TimeSpan.FromHours(2);

    public static async Task<int> Run(CommandLine line)
    {
        var home = Home.FromEnvironment();
        var postgres = StoreSetting.Postgres(line.Value("store"));
        var isBackground = line.Flag("background");
        if (isBackground)
        {
            Libc.StartSession();
        }
        Descriptors.Check();
        var wasOpen = home.Create();
        // A server that is stopping lets go in a moment; a command that starts one waits for that.
        using var owned = FileLock.Take(home.ServerLock, isBackground ? TimeSpan.FromSeconds(10) : TimeSpan.Zero) ?? throw AlreadyRuns(home);
        using var logs = LoggerFactory.Create(logging => Configure(logging, line));
        var log = logs.CreateLogger("Wigwag");
        if (wasOpen)
        {
            log.HomeWasOpen(home.Root);
        }
        await using var store = StoreSetting.Open(home, postgres, log);
        var listen = Listen(line);
        var options = Options(line, home, store) with { Listen = listen };
        string? note = null;
        var start = await WigwagServer.Start(options);
        if (isBackground && start.Error is { Code: "cannot_listen" } && listen is not null)
        {
            note = $"Another program listens on {listen}; this server answers on its socket alone.";
            log.SocketAlone(listen.ToString());
            start = await WigwagServer.Start(options with { Listen = null });
        }
        if (!start.Try(out var server, out var refusal))
        {
            throw new Refusal(refusal);
        }
        await using (server)
        {
            Record(home, server, isBackground, note);
            try
            {
                await Until(server, line.Duration("idle_exit") ?? (isBackground ? IdleExit() : null), log);
            }
            finally
            {
                File.Delete(home.ServerFile);
            }
        }
        return ExitCode.Ok;
    }

    /// <summary>What a server of this home is told, apart from where it listens for TCP.</summary>
    public static ServerOptions Options(CommandLine line, Home home, IStore store) => new()
    {
        Store = store,
        Blobs = StoreSetting.Blobs(home, store),
        Socket = line.Value("socket") is { } socket ? Path.GetFullPath(socket) : home.Socket,
        TokenFile = home.Token,
        Authentication = line.Value("auth") == "none" ? AuthenticationMode.None : AuthenticationMode.Keys,
        AllowedHosts = line.Values("allowed_host"),
        AllowedOrigins = line.Values("allowed_origin"),
        Otlp = line.Value("otlp") is { } otlp ? new Uri(otlp) : null,
        Limits = Limits(line),
        Backup = store is SqliteStore ? (file, cancel) => Backup(store, home, file, cancel) : null,
        NoBackup = StoreSetting.BackupElsewhere,
        Build = Build.Id,
        RealPath = RealPath.Physical,
        Logging = logging => Configure(logging, line),
    };

    private static async Task<BackupAnswer> Backup(IStore store, Home home, string file, CancellationToken cancel)
    {
        var manifest = await SqliteBackup.Write(store, home.Blobs, file, cancel);
        return new(file, manifest.Files.Sum(part => part.SizeBytes), manifest.Files.Count - 1, manifest.Damaged);
    }

    private static Refusal AlreadyRuns(Home home)
    {
        var record = ServerRecord.Read(home.ServerFile);
        return new(Error.Conflict(
            "server_running",
            record is null ? $"Another process serves {home.Root}." : $"A server for {home.Root} runs already (process {record.Pid}{(record.Url is { } url ? $", {url}" : "")}).",
            "Use it, or run 'wigwag stop' first."));
    }

    private static IPEndPoint? Listen(CommandLine line) => (line.Value("listen") ?? Settings.Value("WIGWAG_LISTEN")) switch
    {
        null => DefaultListen,
        "none" => null,
        var text when int.TryParse(text, out var port) && port is >= 0 and <= 65535 => new(IPAddress.Loopback, port),
        var text when text.StartsWith("localhost:", StringComparison.Ordinal) && IPEndPoint.TryParse("127.0.0.1" + text["localhost".Length..], out var local) => local,
        var text when IPEndPoint.TryParse(text, out var address) && text.Contains(':') => address,
        var text => throw Refusal.Usage($"'{text}' is not an address to listen on.", "Write it as 127.0.0.1:8765, [::1]:8765 or none."),
    };

    private static ServerLimits Limits(CommandLine line) => line.Value("connections") switch
    {
        null => new() { Connections = Math.Min(new ServerLimits().Connections, Descriptors.MostConnections) },
        var text when int.TryParse(text, out var connections) && connections > 0 => new() { Connections = connections },
        var text => throw Refusal.Usage($"'{text}' is no number of connections.", "Give a whole number from 1 on; each needs a file descriptor (ulimit -n)."),
    };

    private static TimeSpan IdleExit() =>
        Settings.Value("WIGWAG_IDLE_EXIT") is { } text && CommandLine.TryParseDuration(text, out var idle) ? idle : DefaultIdleExit;

    private static void Record(Home home, WigwagServer server, bool isBackground, string? note) => new ServerRecord
    {
        Pid = Environment.ProcessId,
        Version = Build.Id,
        StartedAt = DateTimeOffset.UtcNow,
        Socket = server.Socket!,
        Url = server.Address?.ToString().TrimEnd('/'),
        Background = isBackground,
        Note = note,
    }.Write(home.ServerFile);

    /// <summary>Returns when a signal came, or when the server has been idle for long enough.</summary>
    private static async Task Until(WigwagServer server, TimeSpan? idleExit, ILogger log)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            told.TrySetResult();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var ends = Task.WhenAny(told.Task, server.Stopped);
        var serving = Stopwatch.StartNew();
        while (!ends.IsCompleted)
        {
            // Nobody could ask while it was coming up.
            var left = idleExit - (server.Activity.Idle < serving.Elapsed ? server.Activity.Idle : serving.Elapsed);
            if (left <= TimeSpan.Zero)
            {
                log.Idle(idleExit!.Value);
                return;
            }
            await Task.WhenAny(ends, left is { } wait ? Task.Delay(wait < Longest ? wait : Longest) : Task.Delay(Timeout.Infinite));
        }
    }

    // A timer takes at most 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The formatter's options are set here, not bound from a configuration.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "The formatter's options are set here, not bound from a configuration.")]
    private static void Configure(ILoggingBuilder logging, CommandLine line)
    {
        logging.SetMinimumLevel(line.Value("log_level") is { } level ? Enum.Parse<LogLevel>(level, ignoreCase: true) : LogLevel.Information);
        // What cannot be listened on is said by the error that starting answers with.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (line.Value("log_format") == "json")
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
        }
        else
        {
            logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ssZ "));
        }
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning, "Another program listens on {Address}; this server answers on its socket alone.")]
    public static partial void SocketAlone(this ILogger log, string address);

    [LoggerMessage(102, LogLevel.Warning, "{Home} was open to other users of this machine; it is this user's alone now. What they read before, they have.")]
    public static partial void HomeWasOpen(this ILogger log, string home);

    [LoggerMessage(101, LogLevel.Information, "Nobody has asked anything for {Idle}; stopping.")]
    public static partial void Idle(this ILogger log, TimeSpan idle);
}
