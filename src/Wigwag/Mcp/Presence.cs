using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Mcp;

/// <summary>
/// Says that the agent is there while its client runs, and goodbye when it ends. It also makes the workspace known, which any
/// first request to the server does.
/// </summary>
internal sealed class Presence(Home home, Route route, Standing standing, Identity identity, TextWriter log)
{
    private readonly CommandIndex _index = CommandIndex.Load();

    // Without an agent there is nobody to be present.
    private bool IsSomebody => identity.Agent is not null || identity.Workspace is not null;

    /// <summary>Makes the workspace's agent known to the server.</summary>
    /// <exception cref="Refusal">The server will not have it.</exception>
    /// <exception cref="UnreachableException">No server answers.</exception>
    public void Register() => Say("heartbeat");

    /// <summary>Says so every so often until it ends.</summary>
    public async Task Keep(TimeSpan every, CancellationToken ends)
    {
        using var timer = new PeriodicTimer(every);
        do
        {
            await Task.Run(() => SayIfHeard("heartbeat"), CancellationToken.None);
        }
        while (!ends.IsCancellationRequested && await Next(timer, ends));
    }

    /// <summary>Says goodbye, if there is somebody to say it to.</summary>
    public void Leave() => SayIfHeard("goodbye");

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken ends)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ends);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // A server that was stopped is not started for this.
    private void SayIfHeard(string operation)
    {
        try
        {
            if (route.IsRemote || new LocalServer(home.Socket).Listens())
            {
                Say(operation);
            }
        }
        catch (Exception e) when (e is Refusal or UnreachableException or IOException)
        {
            log.WriteLine($"wigwag mcp: {operation}: {e.Message}");
        }
    }

    private void Say(string operation)
    {
        if (!IsSomebody || _index.All().FirstOrDefault(command => command.Operation == operation) is not { } command)
        {
            return;
        }
        var call = new RequestBuilder(standing.Fact).Build(command, CommandLine.Parse(command, []), Guid.NewGuid().ToString("N"));
        var reply = new Delivery(_index, home, route, standing, identity).Send(call);
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, route.Server.Name));
        }
    }
}
