using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;
using Wigwag.Program.Views;

namespace Wigwag.Program.Commands;

/// <summary><c>wigwag stop</c></summary>
internal static class StopCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static readonly Command Command = new()
    {
        Words = "stop",
        Title = "Stop the local server",
        Description = "Stops this user's server, after it has finished what it was asked. Does nothing when none runs. The next command starts one again.",
        Example = "wigwag stop",
        Run = Run,
    };

    private static int Run(CommandLine line)
    {
        var home = Home.FromEnvironment();
        var wasRunning = new LocalServer(home.Socket).Listens();
        if (!BackgroundServer.Stop(home, Patience))
        {
            throw new Refusal(Error.Unavailable(
                "still_running",
                $"The server (process {ServerRecord.Read(home.ServerFile)?.Pid}) has not stopped after {Patience.TotalSeconds:0} seconds.",
                $"See {home.ServerLog}."));
        }
        if (!line.IsQuiet)
        {
            Terminal.Print(Encoding.UTF8.GetBytes(line.IsJson
                ? $"{{\"stopped\":{(wasRunning ? "true" : "false")}}}\n"
                : wasRunning ? "Stopped.\n" : "No server runs.\n"));
        }
        return ExitCode.Ok;
    }
}
