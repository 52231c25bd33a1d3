using System.Text;
using Wigwag.Core.Operations;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Cli;

/// <summary>
/// Sends calls to one server as one caller, and does what they need first: starts this user's own server when none runs, and
/// registers the workspace when the server does not know it.
/// </summary>
internal sealed class Delivery(CommandIndex index, Home home, Route route, Standing standing, Identity identity)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private const int MaximumStops = 3;

    private bool _registered;

    public IServer Server => route.Server;

    /// <summary>How long a server that has to be started may take; null for as long as it is worth waiting for.</summary>
    public TimeSpan? StartPatience { get; init; }

    /// <summary>False to leave a server that is stopping or gone as it is: what is sent is then refused as <c>stopping</c>, or reaches nobody.</summary>
    public bool StartsServer { get; set; } = true;

    /// <summary>A key that no other command has.</summary>
    public static string NewKey()
    {
        // Not a Guid: writing one as text compiles two methods, at each start.
        Span<byte> random = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(random);
        var key = "";
        foreach (var each in random)
        {
            key += (char)('a' + (each >> 4));
            key += (char)('a' + (each & 15));
        }
        return key;
    }

    /// <exception cref="UnreachableException">No server took it.</exception>
    public Reply Send(Call call)
    {
        var reply = Reach(call);
        if (_registered || !(reply.IsRefusal("workspace_unregistered") || IsUnknown(identity.Agent, reply)))
        {
            return reply;
        }
        Register();
        return Reach(call);
    }

    // The agent that WIGWAG_AGENT or --as names comes into being by speaking, as the one of a workspace does.
    private static bool IsUnknown(string? agent, Reply reply) =>
        agent is not null && reply.IsRefusal("unknown_agent") && Encoding.UTF8.GetString(reply.Body).Contains(agent, StringComparison.Ordinal);

    private Reply Reach(Call call)
    {
        if (route.IsRemote || route.IsDirect || !StartsServer)
        {
            return route.Server.Send(call, identity);
        }
        Reply reply;
        try
        {
            reply = route.Server.Send(call, identity);
        }
        catch (UnreachableException e) when (!e.IsSlow)
        {
            // None runs, or it was killed in the middle: the key makes the repeat safe.
            reply = Again(call);
        }
        for (var stops = 0; stops < MaximumStops && reply.IsRefusal("stopping"); stops++)
        {
            // It was told to, or nobody had asked it for long; the next one answers.
            BackgroundServer.Stop(home, StopPatience);
            reply = Again(call);
        }
        return Build.IsNewerThan(reply.Build) ? Renew(call, reply) : reply;
    }

    /// <summary>A server older than this program makes way for it, when it was a command that started it.</summary>
    private Reply Renew(Call call, Reply reply)
    {
        if (ServerRecord.Read(home.ServerFile) is not { Background: true })
        {
            Views.Terminal.Complain($"wigwag: the running server is older ({reply.Build}) than this program ({Build.Id}); start it again to bring it up to date.");
            return reply;
        }
        BackgroundServer.Stop(home, StopPatience);
        return reply.IsSuccess ? reply : Again(call);
    }

    private Reply Again(Call call)
    {
        BackgroundServer.Ensure(home, StartPatience);
        return route.Server.Send(call, identity);
    }

    private void Register()
    {
        _registered = true;
        var command = index.All().FirstOrDefault(command => command.Operation == "register_agent")
            ?? throw new Refusal(Error.Unavailable("cannot_register", "This program cannot register a workspace.", "Bring program and server to the same version."));
        var call = new RequestBuilder(standing.Fact).Build(command, CommandLine.Parse(command, identity.Agent is { } agent ? [agent, "--guest"] : []), NewKey());
        var reply = Reach(call);
        if (!reply.IsSuccess)
        {
            throw new Refusal(Problems.Read(reply, route.Server.Name));
        }
    }
}
