using Wigwag.Client;
using Wigwag.Core.Agents;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Storage;

namespace Wigwag.Faults.Harness;

/// <summary>What a server keeps its state in.</summary>
public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>A home and a database of a test's own, on which servers are started one after another; both go with it.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly PostgresCluster? _cluster;
    private readonly string? _database;

    private Ground(PostgresCluster? cluster, string? database)
    {
        (_cluster, _database) = (cluster, database);
        Home = this["home"];
    }

    /// <summary>The temporary folder that it all lies in.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>The next server's <c>WIGWAG_HOME</c>.</summary>
    public string Home { get; set; }

    public string Socket => Path.Combine(Home, "wigwag.sock");

    public static async Task<Ground> Of(Engine engine)
    {
        if (engine == Engine.Sqlite)
        {
            return new(null, null);
        }
        var cluster = await PostgresCluster.Shared;
        return new(cluster, await cluster.EmptyDatabase());
    }

    public Task<ServerProcess> Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        if (_database is not null)
        {
            all["WIGWAG_STORE"] = _cluster!.Url(_database);
        }
        return ServerProcess.Start(Home, all);
    }

    /// <summary>A client over the socket, which stays where it is when servers change.</summary>
    public WigwagClient Client(AgentId? agent = null) => new(new() { Socket = Socket, Agent = agent, AnswerWithin = TimeSpan.FromSeconds(20) });

    /// <summary>Registers agents of <see cref="Crew.Project"/>.</summary>
    public async Task Enlist(params IEnumerable<AgentId> agents)
    {
        using var administrator = Client();
        foreach (var agent in agents)
        {
            _ = (await administrator.Call(RegisterAgent.Operation, new() { Agent = agent.Value, Project = Crew.Project })).Value;
        }
    }

    /// <summary>The database itself, for whoever compares; on SQLite no server may be there.</summary>
    public async Task<IStore> Open() =>
        _database is null ? SqliteStore.Open(Path.Combine(Home, "wigwag.db")) : await PostgresStore.Open(_cluster!.Address(_database));

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _cluster!.Drop(_database);
        }
        Directory.Delete(Folder, recursive: true);
    }
}
