using Wigwag.Core.Agents;
using Wigwag.Core.Issues;
using Wigwag.Core.Messages;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Blobs;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Agents;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Operations;

/// <summary>Every operation of the catalog ends within the budget of its transaction, and says so.</summary>
public sealed class BudgetTests : IDisposable
{
    // Reads nothing of the store but what its caller knows, or is answered from memory.
    private static readonly HashSet<string> NothingToRead = [];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Engines => ["sqlite", "postgres"];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Every_operation_that_has_no_time_left_is_refused_and_told_what_to_narrow(string engine)
    {
        var database = engine == "postgres" ? await (await PostgresCluster.Shared).Database() : null;
        async Task<IStore> Open(TimeSpan? limit)
        {
            var sqlite = limit is { } time ? new SqliteOptions { ReadLimit = time, WriteLimit = time } : new();
            var postgres = limit is { } long_ ? new PostgresOptions { ReadLimit = long_, WriteLimit = long_ } : new();
            return database is null ? SqliteStore.Open(_folder["wigwag.db"], sqlite) : await PostgresStore.Open((await PostgresCluster.Shared).Address(database), postgres);
        }
        Caller dave;
        await using (var store = await Open(null))
        {
            dave = await Populate(store);
        }
        await using (var store = await Open(TimeSpan.Zero))
        {
            var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]));
            var unbounded = new List<string>();
            foreach (var operation in Catalog.Operations.Where(operation => !NothingToRead.Contains(operation.Name)))
            {
                var result = await dispatcher.Run(operation, SampleRequests.Of(operation), dave, null, World.Stop);
                if (result.Error is not { Code: "query_timeout", Kind: ErrorKind.Unavailable } error || !error.Next.StartsWith("Ask for less", StringComparison.Ordinal))
                {
                    unbounded.Add($"{operation.Name}: {result.Error?.ToString() ?? "answered"}");
                }
            }
            Assert.True(unbounded.Count == 0, string.Join('\n', unbounded));
        }
        if (database is not null)
        {
            await (await PostgresCluster.Shared).Drop(database);
        }
    }

    [Fact]
    public async Task Every_query_over_tables_that_never_end_is_stopped_within_its_statement()
    {
        await using var store = SqliteStore.Open(_folder["wigwag.db"], new() { ReadLimit = TimeSpan.FromMilliseconds(30) });
        var dave = await Populate(store);
        await MakeEndless(store);
        var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]));
        var unbounded = new List<string>();
        foreach (var operation in Catalog.Operations.Where(operation => operation.Effect == Effect.Query && !NothingToRead.Contains(operation.Name)))
        {
            var result = await dispatcher.Run(operation, SampleRequests.Of(operation), dave, null, World.Stop);
            if (result.Error?.Code is not ("query_timeout" or "too_costly"))
            {
                unbounded.Add($"{operation.Name}: {result.Error?.ToString() ?? "answered"}");
            }
        }
        Assert.True(unbounded.Count == 0, string.Join('\n', unbounded));
        Assert.Equal(store.FreeReaders, new SqliteOptions().Readers);
    }

    [Fact]
    public async Task What_reads_more_than_one_request_may_is_refused_and_charged()
    {
        // Only work can end it, however busy the machine is.
        await using var store = SqliteStore.Open(_folder["wigwag.db"], new() { ReadLimit = TimeSpan.FromHours(1), StatementLimit = TimeSpan.FromHours(1) });
        var dave = await Populate(store);
        await store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.Execute("ALTER TABLE slots RENAME TO slots_kept");
            await session.Execute("CREATE VIEW slots AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'github.com/steveyegge/vc' AS project, CAST(i AS TEXT) AS slot, 1 AS capacity FROM n");
            return "done";
        }, World.Stop);
        var work = 0L;
        var dispatcher = new Dispatcher(store, FileBlobs.Open(_folder["blobs"]), (caller, units) => work = units);
        var slots = Catalog.Operations.Single(operation => operation.Name == "list_slots");
        var error = (await dispatcher.Run(slots, SampleRequests.Of(slots), dave, null, World.Stop)).Error;
        Assert.Equal(("too_costly", ErrorKind.TooLarge), (error?.Code, error?.Kind));
        Assert.True(work > Budget.Usual, $"{work}");
    }

    private static async Task<Caller> Populate(IStore store)
    {
        var dispatcher = new Dispatcher(store, new NoBlobs());
        async Task<T> Do<TRequest, T>(Operation<TRequest, T> operation, TRequest request, Caller caller)
            where TRequest : class
            where T : class => (await dispatcher.Run(operation, request, caller, cancel: World.Stop)).Value;
        var dave = World.As(await Do(RegisterAgent.Operation, World.Clone(World.Vc, "/src/dave/vc", "dave"), World.Local));
        await Do(RegisterAgent.Operation, World.Clone(World.Vc, "/src/fred/vc", "fred"), World.Local);
        await Do(CreateIssue.Operation, new() { Title = "Crash" }, dave);
        await Do(SendMessage.Operation, new() { To = "vc", Subject = "sample" }, dave);
        return dave;
    }

    // Each table becomes a view that gives nothing and never ends.
    private static async Task MakeEndless(SqliteStore store) => await store.Write<string>(Caller.System, async (session, _) =>
    {
        var tables = await session.Query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'messages_words%' AND name NOT LIKE 'messages_trigrams%'",
            row => row.Text("name"));
        foreach (var table in tables)
        {
            await session.Execute($"ALTER TABLE {table} RENAME TO {table}_kept");
            await session.Execute(
                $"CREATE VIEW {table} AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n), never AS MATERIALIZED (SELECT i FROM n WHERE i < 0) SELECT k.* FROM never CROSS JOIN {table}_kept k");
        }
        return "done";
    }, World.Stop);

    private sealed class NoBlobs : Wigwag.Core.Attachments.IBlobs
    {
        public ValueTask<Result<Wigwag.Core.Attachments.Blob>> Put(Stream content, long limitBytes, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<Stream?> Open(Wigwag.Core.Attachments.ContentId content, CancellationToken cancel) => throw new NotSupportedException();
    }
}
