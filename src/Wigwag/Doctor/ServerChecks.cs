using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Doctor;

/// <summary>The servers: this user's own, and the one that <c>WIGWAG_URL</c> names.</summary>
internal static class ServerChecks
{
    private static readonly Identity Nobody = new(null, null);

    public static IEnumerable<Finding> Run(Home home)
    {
        yield return Local(home);
        if (Settings.Value("WIGWAG_URL") is { } url)
        {
            yield return Remote(home, url);
        }
    }

    private static Finding Local(Home home)
    {
        var server = new LocalServer(home.Socket);
        if (!server.Listens())
        {
            return FileLock.IsHeld(home.ServerLock)
                ? Finding.Error("server", $"A process owns {home.Root} and does not answer on {home.Socket}.", $"See {home.ServerLog}; stop that process.")
                : Finding.Ok("server", "None runs; the first command starts one.");
        }
        try
        {
            var reply = server.Send(new() { Method = "GET", Target = "/readyz", Patience = TimeSpan.FromSeconds(10) }, Nobody);
            var record = ServerRecord.Read(home.ServerFile);
            if (!reply.IsSuccess)
            {
                return Finding.Error("server", $"It runs and is not ready (status {reply.Status}).", $"See {home.ServerLog}.");
            }
            if (Build.IsNewerThan(reply.Build))
            {
                return Finding.Warning("server", $"It is older ({reply.Build}) than this program ({Build.Id}).", "Run 'wigwag stop'; the next command starts the new one.");
            }
            return record?.Note is { } note
                ? Finding.Warning("server", note, "Stop the other program, or run 'wigwag serve --listen' with another port, if anything needs HTTP.")
                : Finding.Ok("server", $"Process {server.ProcessId()} answers on {home.Socket}{(record?.Url is { } url ? $" and {url}" : "")}.");
        }
        catch (UnreachableException e)
        {
            return Finding.Error("server", e.Message, $"See {home.ServerLog}; 'wigwag stop' ends it.");
        }
    }

    private static Finding Remote(Home home, string url)
    {
        using var server = Route.At(home, url);
        try
        {
            var reply = server.Send(new() { Method = "GET", Target = "/v1/status", Patience = TimeSpan.FromSeconds(10) }, Nobody);
            if (reply.IsSuccess)
            {
                return Finding.Ok("remote", $"{url} answers and takes the token.");
            }
            var error = Problems.Read(reply, url);
            return reply.Status is 401 or 403
                ? Finding.Error("remote", error.Message, "Set WIGWAG_TOKEN or WIGWAG_TOKEN_FILE to a live key of that server.")
                : Finding.Ok("remote", $"{url} answers: {error.Message}");
        }
        catch (UnreachableException e)
        {
            return Finding.Error("remote", e.Message, "Look at the address, the network and the server; --best-effort keeps commands meanwhile.");
        }
    }
}
