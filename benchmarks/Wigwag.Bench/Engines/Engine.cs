using System.Data.Common;
using Wigwag.Core.Store;

namespace Wigwag.Bench.Engines;

/// <summary>The engine that the servers of a run keep their state in. Rows ask it for databases and name nothing of it themselves.</summary>
internal abstract class Engine : IAsyncDisposable
{
    /// <param name="store"><c>sqlite</c>, or <c>postgres</c> for a cluster of the run's own.</param>
    /// <param name="folder">On the disk that is measured.</param>
    /// <exception cref="ArgumentException">There is no such engine.</exception>
    public static async Task<Engine> Start(string store, string folder) => store switch
    {
        "sqlite" => new SqliteEngine(),
        "postgres" => await PostgresEngine.Start(folder),
        _ => throw new ArgumentException($"There is no engine '{store}': sqlite, postgres."),
    };

    /// <summary>With its version: <c>SQLite 3.40.1</c>.</summary>
    public abstract string Name { get; }

    /// <summary>When a commit counts as done: <c>WAL, synchronous=FULL</c>.</summary>
    public abstract string Durability { get; }

    /// <summary>How many durable sends a second of 64 clients it is to make.</summary>
    public abstract double SendsTogether { get; }

    /// <summary>How many claims a second of 32 agents of one project it is to make.</summary>
    public abstract double ClaimsTogether { get; }

    /// <summary>Sends a second at which deliveries are timed: well under what the engine makes on two cores that the clients share.</summary>
    public abstract double Busy { get; }

    /// <summary>The most messages that are stored: what can be filled in within a minute.</summary>
    public abstract int MostMessages { get; }

    /// <summary>A new database with the product's tables, for a server to be started on.</summary>
    /// <param name="home">The server's home; made.</param>
    public abstract Task<Database> Create(string home);

    public abstract ValueTask DisposeAsync();
}

/// <summary>One server's database while no server runs.</summary>
internal sealed record Database
{
    /// <summary>The home of the server that is to have it.</summary>
    public required string Home { get; init; }

    /// <summary>What <c>wigwag serve</c> is told, to find it.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What the engine does by itself in the background some time after many rows were written; null for one that does nothing.</summary>
    public string? Maintenance { get; init; }

    /// <summary>A connection as durable as the server's own.</summary>
    public required Func<DbConnection> Connect { get; init; }

    /// <summary>The product's own store over it, in this process.</summary>
    public required Func<Task<IStore>> Open { get; init; }
}
