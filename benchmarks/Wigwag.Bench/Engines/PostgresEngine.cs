using Npgsql;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;
using Wigwag.Tests.Storage;

namespace Wigwag.Bench.Engines;

/// <summary>A PostgreSQL cluster that is started for the run, on the disk that is measured, with fsync on; it ends with the run.</summary>
internal sealed class PostgresEngine : Engine
{
    private readonly PostgresCluster _cluster;

    private PostgresEngine(PostgresCluster cluster, string name) => (_cluster, Name) = (cluster, name);

    public override string Name { get; }

    public override string Durability => "fsync=on, synchronous_commit=on, shared_buffers=64MB, over its Unix socket, on the same cores";

    public override double SendsTogether => 3000;

    public override double ClaimsTogether => 4000;

    public override double Busy => 100;

    public override int MostMessages => 100_000;

    /// <param name="folder">On the disk that is measured.</param>
    public static async Task<PostgresEngine> Start(string folder)
    {
        // Where temporary folders are made, also the cluster's.
        Environment.SetEnvironmentVariable("TMPDIR", folder);
        var cluster = await PostgresCluster.Start();
        await using var connection = Connect(cluster, "postgres");
        return new(cluster, $"PostgreSQL {connection.PostgreSqlVersion}");
    }

    public override async Task<Database> Create(string home)
    {
        var database = await _cluster.Database();
        return new()
        {
            Home = home,
            Arguments = ["--store", _cluster.Url(database)],
            Maintenance = "ANALYZE", // autovacuum's
            Connect = () => Connect(_cluster, database),
            Open = async () => (IStore)await PostgresStore.Open(_cluster.Address(database)),
        };
    }

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static NpgsqlConnection Connect(PostgresCluster cluster, string database)
    {
        var connection = new NpgsqlConnection($"Host={cluster.Folder};Port={cluster.Port};Username=wigwag;Database={database};Pooling=false;Max Auto Prepare=50");
        connection.Open();
        return connection;
    }
}
