using System.Collections.Concurrent;
using Wigwag.Core.Attachments;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>
/// The engine that the features' tests run on: SQLite, or with <c>WIGWAG_TEST_ENGINE=postgres</c> PostgreSQL. A test names a folder of its
/// own; what it opens there twice is the same database.
/// </summary>
internal static class TestEngine
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Databases = new();
    private static readonly ConcurrentBag<string> Free = [];

    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("WIGWAG_TEST_ENGINE") == "postgres";

    public static IStore Open(TemporaryFolder folder, TimeProvider? wall = null)
    {
        if (!IsPostgres)
        {
            return SqliteStore.Open(folder["wigwag.db"], wall: wall);
        }
        var database = Databases.GetOrAdd(folder.Path, _ => new(() => Task.Run(Take).GetAwaiter().GetResult())).Value;
        return Task.Run(async () => await PostgresStore.Open((await PostgresCluster.Shared).Address(database), wall: wall)).GetAwaiter().GetResult();
    }

    /// <summary>Where the store's attachments lie.</summary>
    public static IBlobs Blobs(TemporaryFolder folder, IStore store) => store is PostgresStore postgres ? new PostgresBlobs(postgres) : FileBlobs.Open(folder["blobs"]);

    /// <summary>Gives up what was opened in a folder, once it is closed; nobody waits for it.</summary>
    public static void Forget(string folder)
    {
        if (Databases.TryRemove(folder, out var database))
        {
            _ = Task.Run(() => Return(database.Value));
        }
    }

    private static async Task<string> Take() => Free.TryTake(out var used) ? used : await (await PostgresCluster.Shared).Database();

    // Emptying a database is far cheaper than making one.
    private static async Task Return(string database)
    {
        await (await PostgresCluster.Shared).Run(
            database,
            """
            DO $$ DECLARE t TEXT; BEGIN
              FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'seq_base') LOOP
                EXECUTE 'DELETE FROM ' || t;
              END LOOP;
            END $$
            """);
        Free.Add(database);
    }
}
