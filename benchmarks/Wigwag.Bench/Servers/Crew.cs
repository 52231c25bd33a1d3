using System.Globalization;
using Wigwag.Bench.Load;
using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Keys;
using Wigwag.Core.Operations;
using Wigwag.Testing;

namespace Wigwag.Bench.Servers;

/// <summary>Agents of one project on a server, each with a key of its own.</summary>
internal sealed class Crew
{
    public const string Project = "github.com/wigwag/crew";

    /// <summary>As it stands in a path.</summary>
    public const string ProjectInPath = "crew";

    // A short report with a stack trace, as agents write them.
    private const string Body =
        """
        The parser stops on an empty file.\n\n```\nunhandled: index out of range\n  at lexer.next (src/parser/lexer.cs:118)\n  at parser.block (src/parser/parser.cs:42)\n  at cli.main (src/cli.cs:7)\n```\n\nSteps: `touch empty && vc check empty`. Expected an empty tree; it worked in 1.4.2. I went around it with a guard in the caller and go on; tell me when it is closed.
        """;

    private readonly ServerProcess _server;
    private readonly List<string> _tokens = [];
    private readonly string _run = Guid.NewGuid().ToString("N");

    private Crew(ServerProcess server) => _server = server;

    public int Size => _tokens.Count;

    public string Token(int member) => _tokens[member % _tokens.Count];

    public static string Name(int member) => string.Create(CultureInfo.InvariantCulture, $"w{member}/crew");

    /// <summary>Where it says that it works.</summary>
    public static string Folder(int member) => string.Create(CultureInfo.InvariantCulture, $"/work/w{member}");

    /// <summary>Registers agents and makes their keys.</summary>
    public static async Task<Crew> Enlist(ServerProcess server, int size)
    {
        var crew = new Crew(server);
        using var administrator = server.Client();
        for (var i = 0; i < size; i++)
        {
            await Register(administrator, i);
            var key = await administrator.Call(CreateKey.Operation, new() { Name = Name(i), Role = Role.Agent, Agent = AgentId.Parse(Name(i)) });
            crew._tokens.Add(key.Value.Token!);
        }
        return crew;
    }

    /// <summary>Registers more agents, who have no key and say nothing, until the project has so many.</summary>
    public async Task GrowTo(int size, int already)
    {
        using var administrator = _server.Client();
        for (var i = already; i < size; i++)
        {
            await Register(administrator, i);
        }
    }

    /// <summary>A connection of a member.</summary>
    public Wire Wire(int member) => new(_server.Address, Token(member));

    /// <summary>Several connections of one member.</summary>
    public List<Wire> Wires(int count, int member) => [.. Enumerable.Range(0, count).Select(_ => Wire(member))];

    /// <summary>Connections of as many members.</summary>
    public List<Wire> Wires(int count) => [.. Enumerable.Range(0, count).Select(Wire)];

    /// <summary>Sends a message, with an idempotency key as every client of Wigwag does, to another agent of the project.</summary>
    public void Send(Wire wire, int from, int number) => Send(wire, Name((from + 1) % Size), number);

    public void Send(Wire wire, string to, int number) => wire.Post(
        $"/v1/projects/{ProjectInPath}/messages",
        $$"""{"to":"{{to}}","subject":"{{EventReaders.Subject(number)}}","body":"{{Body}}"}""",
        string.Create(CultureInfo.InvariantCulture, $"{_run}-{number}"));

    /// <summary>A body like that of <see cref="Send(Load.Wire, int, int)"/>, for a server that does nothing with it.</summary>
    public static string Echo(int number) => $$"""{"to":"w1/crew","subject":"{{EventReaders.Subject(number)}}","body":"{{Body}}"}""";

    private static async Task Register(WigwagClient administrator, int member)
    {
        var registered = await administrator.Call(
            RegisterAgent.Operation, new() { Agent = Name(member), Project = Project, Host = "bench", Path = Folder(member) });
        if (registered.Error is { } error)
        {
            throw new InvalidOperationException(error.Message);
        }
    }
}
