using System.Net.Http.Headers;
using Wigwag.Program.Cli;
using Wigwag.Program.Local;
using Wigwag.Program.Transport;

namespace Wigwag.Program.Mcp;

/// <summary><c>wigwag mcp</c></summary>
internal static class McpCommand
{
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(30);

    public static readonly Command Command = new()
    {
        Words = "mcp",
        Title = "Serve MCP on standard input and output",
        Description = "Connects an agent that speaks MCP over standard input and output to the server, as the agent of the working copy it is started in. "
            + "Agents start it by themselves; 'wigwag mcp' in their configuration is all they need. Says nothing but MCP on standard output.",
        Example = "wigwag mcp --toolsets core,issues",
        Fields =
        [
            new()
            {
                Name = "toolsets",
                Option = "toolsets",
                Description = "Which tools to offer, separated by commas, or all; core when left out.",
            },
            new()
            {
                Name = "channel",
                Option = "channel",
                Kind = FieldKind.Choice,
                Choices = ["auto", "on", "off"],
                Description = "Whether mail is pushed into the client's session as notifications/claude/channel: auto, to Claude Code alone, when left out.",
            },
        ],
        Run = line => Run(line).GetAwaiter().GetResult(),
    };

    private static async Task<int> Run(CommandLine line)
    {
        var home = Home.FromEnvironment();
        var standing = Standing.Here();
        var identity = new Identity(line.Value("as") ?? Settings.Value("WIGWAG_AGENT"), standing.Header) { Session = $"mcp:{Guid.NewGuid():n}" };
        var route = Route.Of(line, home, standing);
        var log = Console.Error;
        var presence = new Presence(home, route, standing, identity, log);
        using var upstream = new Upstream(
            route.IsRemote ? Connections.Elsewhere() : Connections.To(home),
            Endpoint(route, line.Value("toolsets")),
            headers => Identify(headers, route, identity),
            cancel => Task.Run(() => Start(route, home), cancel),
            cancel => Task.Run(presence.Register, cancel));
        using var output = new ClientOutput(Console.OpenStandardOutput());
        await using var standardInput = Console.OpenStandardInput();
        var input = new ClientInput(standardInput);
        var channel = new Channel(upstream, output, Mode(line.Value("channel") ?? Settings.Value("WIGWAG_CHANNEL")), log);
        using var bridge = new McpBridge(upstream, input, output, channel, log);
        using var ended = new CancellationTokenSource();
        var present = presence.Keep(BetweenHeartbeats, ended.Token);
        await bridge.Run(CancellationToken.None);
        await ended.CancelAsync();
        await present;
        presence.Leave();
        return ExitCode.Ok;
    }

    private static Uri Endpoint(Route route, string? toolsets) =>
        new($"{(route.IsRemote ? route.Server.Name : "http://localhost")}/mcp{(toolsets is null ? "" : $"?toolsets={Uri.EscapeDataString(toolsets)}")}");

    private static ChannelMode Mode(string? word) => word switch
    {
        null or "auto" => ChannelMode.Auto,
        "on" => ChannelMode.On,
        "off" => ChannelMode.Off,
        _ => throw Refusal.Usage($"WIGWAG_CHANNEL takes auto, on or off; not '{word}'.", "Set it to one of these, or unset it."),
    };

    private static void Identify(HttpRequestHeaders headers, Route route, Identity identity)
    {
        if (route.Server is RemoteServer { Token: { } token })
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("Wigwag-Agent", identity.Agent), ("Wigwag-Workspace", identity.Workspace), ("Wigwag-Session", identity.Session)])
        {
            if (value is not null && !headers.TryAddWithoutValidation(name, value))
            {
                throw Refusal.Usage($"{name} cannot hold '{value}'.", "Use plain letters.");
            }
        }
    }

    private static void Start(Route route, Home home)
    {
        if (!route.IsRemote)
        {
            BackgroundServer.Ensure(home);
        }
    }
}
