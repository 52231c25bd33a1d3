using System.Diagnostics;
using Wigwag.Core.Operations;
using Wigwag.Git;
using Wigwag.Program.Cli;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Local;

/// <summary>
/// The server that the first command starts and nobody has to manage. However many commands start it at once, one does; the
/// others wait for it.
/// </summary>
internal static class BackgroundServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    /// <summary>Starts a server for this home unless one listens, and returns when one does.</summary>
    /// <exception cref="Refusal">It does not come up.</exception>
    public static void Ensure(Home home, TimeSpan? patience = null)
    {
        home.Create();
        var limit = patience ?? Patience;
        using var starting = FileLock.Take(home.StartLock, limit)
            ?? throw Failed("Another command has been starting the server for too long.", "Run 'wigwag doctor'.");
        var server = new LocalServer(home.Socket);
        var started = Stopwatch.GetTimestamp();
        while (!server.Listens())
        {
            using var process = Launch(home);
            while (!server.Listens() && !process.WaitForExit(BetweenLooks))
            {
                if (Stopwatch.GetElapsedTime(started) > limit)
                {
                    throw Failed("The server was started and does not answer.", $"See {home.ServerLog}, or run 'wigwag doctor'.");
                }
            }
            // Another process may own the database for a moment: a server that is stopping, or a command with --no-server.
            if (process.HasExited && (process.ExitCode != ExitCode.Of(ErrorKind.Conflict) || Stopwatch.GetElapsedTime(started) > limit))
            {
                throw Failed($"The server could not start: {LastLine(home.ServerLog)}", $"See {home.ServerLog}, or run 'wigwag doctor'.");
            }
        }
    }

    /// <summary>Asks the server to stop and waits until it has let go of the home, which another may have taken at once; false when it does not.</summary>
    public static bool Stop(Home home, TimeSpan patience)
    {
        if (new LocalServer(home.Socket).ProcessId() is not { } process || !Libc.Signal(process, Libc.Sigterm))
        {
            return !FileLock.IsHeld(home.ServerLock);
        }
        var started = Stopwatch.GetTimestamp();
        while (FileLock.IsHeld(home.ServerLock) && ServerRecord.Read(home.ServerFile) is var record && (record is null || record.Pid == process))
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return false;
            }
            Thread.Sleep(BetweenLooks);
        }
        return true;
    }

    /// <summary>How to run this program again: the executable, and the assembly where that is the <c>dotnet</c> host.</summary>
    public static IEnumerable<string> Self()
    {
        var executable = Environment.ProcessPath ?? throw new IOException("This program does not know its own path.");
        return Path.GetFileNameWithoutExtension(executable) == "dotnet"
            ? [executable, Path.Combine(AppContext.BaseDirectory, "wigwag.dll")]
            : [executable];
    }

    private static Process Launch(Home home)
    {
        // The shell gives it a log for its output and closes what a caller's pipes left open, so that nothing waits for the server to
        // end; the server itself leaves the session.
        const string detach = """
            log=$1; shift
            exec "$@" </dev/null >>"$log" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
            """;
        var start = Programs.Prepare("/bin/sh", home.Root, ["-c", detach, "wigwag", home.ServerLog, .. Self(), "serve", "--background"])!;
        start.Environment["WIGWAG_HOME"] = home.Root;
        start.Environment.Remove("WIGWAG_TOKEN");
        // 4 MiB, in hexadecimal. By default the youngest generation is as large as the processor's cache, and so is the server's memory.
        start.Environment.TryAdd("DOTNET_GCgen0size", "400000");
        return Process.Start(start) ?? throw Failed("The server could not be started.", "Run 'wigwag doctor'.");
    }

    private static string LastLine(string log)
    {
        try
        {
            return File.ReadLines(log).LastOrDefault(line => line.Length > 0) ?? "it says nothing.";
        }
        catch (IOException)
        {
            return "it left no log.";
        }
    }

    private static Refusal Failed(string message, string next) => new(Error.Unavailable("server_not_started", message, next));
}
