using Microsoft.Data.Sqlite;
using SQLitePCL;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Bench.Engines;

/// <summary>One file, written by one connection.</summary>
internal sealed class SqliteEngine : Engine
{
    public override string Name => $"SQLite {raw.sqlite3_libversion().utf8_to_string()}";

    public override string Durability => "WAL, synchronous=FULL: one fdatasync a commit";

    public override double SendsTogether => 5000;

    public override double ClaimsTogether => 3000;

    public override double Busy => 500;

    public override int MostMessages => 1_000_000;

    public override async Task<Database> Create(string home)
    {
        var path = Path.Combine(home, "wigwag.db");
        await SqliteStore.Open(path).DisposeAsync();
        return new() { Home = home, Connect = () => Connect(path), Open = () => Task.FromResult<IStore>(SqliteStore.Open(path)) };
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // As the server's writer.
    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;";
        settings.ExecuteNonQuery();
        return connection;
    }
}
