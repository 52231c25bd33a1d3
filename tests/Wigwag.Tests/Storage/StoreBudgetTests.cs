using Npgsql;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>On either engine, one transaction ends when its time, its work or its client ends, and nobody else's with it.</summary>
public abstract class StoreBudgetTests : IAsyncLifetime
{
    private const string Endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
    private const string Rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Caller Ann = new() { Credential = "ann", Role = Role.Reader };

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected TemporaryFolder Folder { get; } = new();

    protected IStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await Open();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>With one connection that reads, 300 ms for a query and 300 ms for a command.</summary>
    protected abstract ValueTask<IStore> Open();

    /// <summary>True while the engine works on the endless statement.</summary>
    protected abstract ValueTask<bool> IsWorking();

    [Fact]
    public async Task A_query_over_its_time_is_stopped_inside_its_statement_and_the_next_is_served()
    {
        for (var i = 0; i < 3; i++)
        {
            var over = await Assert.ThrowsAsync<OverBudgetException>(() => Ask(Endless));
            Assert.False(over.IsWork);
            Assert.Equal(1, await Ask("SELECT 1").WaitAsync(Patience, Stop));
        }
        Assert.False(await IsWorking());
    }

    [Fact]
    public async Task A_query_of_more_rows_than_one_request_may_read_is_stopped()
    {
        await Assert.ThrowsAsync<OverBudgetException>(async () => await Store.Read<string>(
            Ann, async (session, _) => $"{(await session.Query(Rows, row => row.Number("i"))).Count}", Stop));
        Assert.Equal(1, await Ask("SELECT 1").WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task A_handler_that_loops_over_what_it_read_pays_for_it() =>
        Assert.True((await Assert.ThrowsAsync<OverBudgetException>(async () => await Store.Read<string>(Ann, (session, _) =>
        {
            while (true)
            {
                session.Budget.Charge(1000);
            }
        }, Stop))).IsWork);

    [Fact]
    public async Task A_query_stops_inside_the_engine_when_its_client_goes_and_the_next_is_not_touched()
    {
        for (var i = 0; i < 3; i++)
        {
            using var gone = new CancellationTokenSource();
            var asking = Task.Run(() => Ask(Endless, gone.Token), Stop);
            gone.CancelAfter(TimeSpan.FromMilliseconds(20 * i));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Patience, Stop));
            Assert.Equal(1, await Ask("SELECT 1").WaitAsync(Patience, Stop));
        }
        Assert.False(await IsWorking());
    }

    [Fact]
    public async Task A_command_over_its_time_is_rolled_back_and_those_beside_it_are_kept()
    {
        var slow = Write("slow", Endless);
        var others = Enumerable.Range(0, 5).Select(i => Write($"{i}", "SELECT 1")).ToList();
        await Assert.ThrowsAsync<OverBudgetException>(() => slow);
        await Task.WhenAll(others).WaitAsync(Patience, Stop);
        var names = (await Store.Read<List<string>>(
            Ann, async (session, _) => await session.Query("SELECT name FROM meta WHERE value = 'budget' ORDER BY name", row => row.Text("name")), Stop)).Value;
        Assert.Equal(["0", "1", "2", "3", "4"], names);
    }

    private async Task<long?> Ask(string sql, CancellationToken? cancel = null)
    {
        long? answer = null;
        await Store.Read<string>(Ann, async (session, _) =>
        {
            answer = await session.Scalar(sql);
            return "asked";
        }, cancel ?? Stop);
        return answer;
    }

    private async Task Write(string name, string then) => await Store.Write<string>(Ann, async (session, _) =>
    {
        await session.Execute("INSERT INTO meta (name, value) VALUES (@name, 'budget')", ("name", name));
        await session.Scalar(then);
        return name;
    }, Stop);
}

public sealed class BudgetsOnSqlite : StoreBudgetTests
{
    protected override ValueTask<IStore> Open() => new(SqliteStore.Open(
        Folder["wigwag.db"], new() { Readers = 1, ReadersOfOne = 1, WorkLimit = 100 * Budget.Usual, ReadLimit = TimeSpan.FromMilliseconds(300), WriteLimit = TimeSpan.FromMilliseconds(300) }));

    // The one connection was given back, and the statement with it.
    protected override ValueTask<bool> IsWorking() => new(((SqliteStore)Store).FreeReaders != 1);
}

public sealed class BudgetsOnPostgres : StoreBudgetTests
{
    private PostgresCluster _cluster = null!;
    private string _database = "";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _cluster.Drop(_database);
    }

    protected override async ValueTask<IStore> Open()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.Database();
        return await PostgresStore.Open(
            _cluster.Address(_database), new() { PoolSize = 2, ReadLimit = TimeSpan.FromMilliseconds(300), WriteLimit = TimeSpan.FromMilliseconds(300) });
    }

    // The engine says what it works on; a cancelled statement ends a moment after its caller was told.
    protected override async ValueTask<bool> IsWorking()
    {
        await using var connection = new NpgsqlConnection(_cluster.Address(_database).Settings().ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%RECURSIVE%' AND pid <> pg_backend_pid()", connection);
        for (var i = 0; i < 200 && (long)(await command.ExecuteScalarAsync(Stop))! > 0; i++)
        {
            await Task.Delay(20, Stop);
        }
        return (long)(await command.ExecuteScalarAsync(Stop))! > 0;
    }
}
