using Wigwag.Core.Agents;
using Wigwag.Core.Feed;
using Wigwag.Core.Issues;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Agents;

/// <summary>A server's inside on a real database file: operations go in as from a face, and a clock that the test moves.</summary>
public sealed class World : IAsyncDisposable
{
    public const string Vc = "git@github.com:steveyegge/vc.git";
    public const string Beads = "https://github.com/steveyegge/beads";

    /// <summary>The one who owns the server's files; every local command comes from them.</summary>
    public static readonly Caller Local = new() { Credential = "local", Role = Role.Administrator };

    private readonly TemporaryFolder _folder = new();
    private readonly IStore _store;
    private readonly List<IStore> _others = [];

    public World()
    {
        _store = TestEngine.Open(_folder, Clock);
        Dispatcher = new(_store, TestEngine.Blobs(_folder, _store));
    }

    public ManualClock Clock { get; } = new();

    public Dispatcher Dispatcher { get; }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The caller that a face makes of an agent's request.</summary>
    public static Caller As(Agent agent) => Local with { Agent = agent.AgentId, Project = agent.Project, Place = agent.Place, Operator = agent.Operator };

    /// <summary>A working copy of a project as its client describes it.</summary>
    public static RegisterAgentRequest Clone(string remote, string path, string workspace = "main") => new()
    {
        Project = remote,
        Host = "laptop",
        Path = path,
        Workspace = workspace,
        Fingerprint = "f1",
        OperatorName = "Ann Lee",
        OperatorEmail = "ann@example.org",
    };

    /// <summary>Another server on the same database; on SQLite, which has one owner, the same again.</summary>
    public Dispatcher Another()
    {
        if (!TestEngine.IsPostgres)
        {
            return Dispatcher;
        }
        var store = TestEngine.Open(_folder, Clock);
        _others.Add(store);
        return new(store, TestEngine.Blobs(_folder, store));
    }

    public async Task<Result<TAnswer>> Run<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller? caller = null)
        where TRequest : class
        where TAnswer : class => await Dispatcher.Run(operation, request, caller ?? Local, cancel: Stop);

    /// <summary>Runs what must succeed.</summary>
    public async Task<TAnswer> Do<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller? caller = null)
        where TRequest : class
        where TAnswer : class
    {
        var result = await Run(operation, request, caller);
        Assert.True(result.Error is null, result.Error?.ToString());
        return result.Value;
    }

    /// <summary>Runs what must be refused.</summary>
    public async Task<Error> Refused<TRequest, TAnswer>(Operation<TRequest, TAnswer> operation, TRequest request, Caller? caller = null)
        where TRequest : class
        where TAnswer : class
    {
        var result = await Run(operation, request, caller);
        Assert.NotNull(result.Error);
        return result.Error;
    }

    public Task<Agent> Register(RegisterAgentRequest request, Caller? caller = null) => Do(RegisterAgent.Operation, request, caller);

    public Task<Agent> Show(Agent agent) => Do(ShowAgent.Operation, new() { Agent = agent.AgentId.Value });

    /// <summary>What a project's name means to a caller.</summary>
    public async Task<Result<Project>> Find(string? reference, Caller? caller = null, bool write = false) => write
        ? await _store.Write(caller ?? Local, (session, _) => ProjectRegistry.Find(session, reference), Stop)
        : await _store.Read(caller ?? Local, (session, _) => ProjectRegistry.Find(session, reference), Stop);

    /// <summary>States in the log that the agent's project has an issue.</summary>
    public async Task OpenIssue(Agent agent) => await _store.Write<string>(As(agent), async (session, _) =>
    {
        var issue = new IssueCreated { IssueId = IssueId.Parse("it-1"), Title = "It crashes", Body = "", Priority = 2, Labels = [] };
        await session.Append(IssueEvents.Created, agent.Project, "it-1", issue);
        return "it-1";
    }, Stop);

    public async Task<List<Event>> Events() =>
        (await _store.Read<List<Event>>(Local, async (session, _) => await Log.After(session, 0, 1000), Stop)).Value;

    /// <summary>What the server does on its own when leases end.</summary>
    public async Task Watch()
    {
        var watch = new LeaseWatch(_store);
        while (await watch.Tell(Stop) is null)
        {
        }
    }

    public async Task<List<string>> Kinds() => [.. (await Events()).Select(fact => fact.Kind)];

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }
        await _store.DisposeAsync();
        _folder.Dispose();
    }
}
