using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>What the SQLite engine promises beyond the contract: one owner, one writer, limits, and innocence of those who share a commit.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => _folder["wigwag.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task State_outlives_the_store_that_wrote_it()
    {
        await using (var store = SqliteStore.Open(Path))
        {
            await Put(store, "a");
        }

        await using var reopened = SqliteStore.Open(Path);
        Assert.Equal(["a"], await Names(reopened));
        Assert.Equal(0, new FileInfo(Path + "-wal").Length);
    }

    [Fact]
    public async Task A_second_store_on_the_file_is_refused_and_told_who_has_it()
    {
        await using var store = SqliteStore.Open(Path);

        Assert.Equal(Environment.ProcessId, Assert.Throws<StoreInUseException>(() => SqliteStore.Open(Path)).ProcessId);

        await Put(store, "unharmed");
    }

    [Fact]
    public async Task Every_file_is_its_owners_alone()
    {
        await using var store = SqliteStore.Open(_folder["home/wigwag.db"]);
        await Put(store, "a");

        Assert.Equal("rwx------", TemporaryFolder.Mode(_folder["home"]));
        Assert.All(Directory.GetFiles(_folder["home"]), file => Assert.Equal("rw-------", TemporaryFolder.Mode(file)));
        Assert.Equal(5, Directory.GetFiles(_folder["home"]).Length);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        await SqliteStore.Open(Path).DisposeAsync();
        Edit("INSERT INTO schema_migrations (name, checksum, at) VALUES ('9999_future.sql', 'x', 0)");
        var before = await File.ReadAllBytesAsync(Path, Stop);

        var refusal = Assert.Throws<StoreRefusedException>(() => SqliteStore.Open(Path));

        Assert.Contains("9999_future.sql", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path, Stop));
        Edit("DELETE FROM schema_migrations WHERE name = '9999_future.sql'");
        await SqliteStore.Open(Path).DisposeAsync();
    }

    [Fact]
    public async Task A_database_whose_migration_had_another_text_is_refused()
    {
        await SqliteStore.Open(Path).DisposeAsync();
        Edit("UPDATE schema_migrations SET checksum = 'x' WHERE name = '0001_log.sql'");

        Assert.Contains("0001_log.sql", Assert.Throws<StoreRefusedException>(() => SqliteStore.Open(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(Path, new string('x', 5000));

        Assert.Throws<StoreRefusedException>(() => SqliteStore.Open(Path));

        Assert.Equal(new string('x', 5000), File.ReadAllText(Path));
    }

    [Fact]
    public async Task Commands_that_wait_while_another_runs_share_the_next_commit()
    {
        var batches = new ConcurrentQueue<double>();
        using var listener = Listen<double>("wigwag.storage.batch.size", batches.Enqueue);
        await using var store = SqliteStore.Open(Path, new() { BatchTime = Patience });
        await Put(store, "first");
        batches.Clear();

        var (busy, release) = await Occupy(store);
        var waiting = Enumerable.Range(0, 40).Select(i => Put(store, $"{i}")).ToList();
        release.SetResult();
        await Task.WhenAll([busy, .. waiting]).WaitAsync(Patience, Stop);

        Assert.Contains(41, batches);
    }

    [Fact]
    public async Task A_command_that_ends_the_transaction_takes_no_other_down()
    {
        await using var store = SqliteStore.Open(Path, new() { BatchTime = Patience });
        await Put(store, "taken");
        var runs = new ConcurrentDictionary<string, int>();

        var (busy, release) = await Occupy(store);
        var waiting = Enumerable.Range(0, 10).Select(i => Put(store, $"{i}", () => runs.AddOrUpdate($"{i}", 1, (_, n) => n + 1))).ToList();
        var culprit = Run(store, "INSERT OR ROLLBACK INTO meta (name, value) VALUES ('taken', '')");
        var later = Put(store, "later");
        release.SetResult();

        await Task.WhenAll([busy, .. waiting, later]).WaitAsync(Patience, Stop);
        await Assert.ThrowsAsync<SqliteException>(() => culprit);
        Assert.Equal(12, (await Names(store)).Count);
        Assert.All(runs.Values, count => Assert.Equal(2, count));
    }

    [Fact]
    public async Task A_constraint_that_is_checked_at_the_commit_fails_its_own_command_alone()
    {
        await using var store = SqliteStore.Open(Path, new() { BatchTime = Patience });
        await Run(store, "CREATE TABLE children (parent TEXT NOT NULL REFERENCES meta (name) DEFERRABLE INITIALLY DEFERRED)");

        var (busy, release) = await Occupy(store);
        var before = Put(store, "a");
        var orphan = Run(store, "INSERT INTO children (parent) VALUES ('nobody')");
        var after = Run(store, "INSERT INTO children (parent) VALUES ('a')");
        release.SetResult();

        await Task.WhenAll(busy, before, after).WaitAsync(Patience, Stop);
        await Assert.ThrowsAsync<SqliteException>(() => orphan);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_stopped()
    {
        await using var store = SqliteStore.Open(Path, new() { StatementLimit = TimeSpan.FromMilliseconds(50), BatchTime = Patience });

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Read<string>(Caller.System, async (session, _) =>
        {
            await session.Scalar(Endless);
            return "never";
        }, Stop));
        var (busy, release) = await Occupy(store);
        var innocent = Put(store, "innocent");
        var slow = Run(store, $"INSERT INTO meta (name, value) SELECT 'slow', ({Endless})");
        release.SetResult();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => slow);
        await Task.WhenAll(busy, innocent).WaitAsync(Patience, Stop);
        Assert.Equal(["innocent"], await Names(store));
    }

    [Fact]
    public async Task A_read_stops_when_its_caller_goes()
    {
        await using var store = SqliteStore.Open(Path, new() { StatementLimit = TimeSpan.FromMinutes(10) });
        using var gone = new CancellationTokenSource();
        var reading = Task.Run(async () => await store.Read<string>(Caller.System, async (session, _) =>
        {
            gone.CancelAfter(10);
            await session.Scalar(Endless);
            return "never";
        }, gone.Token), Stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task A_command_that_has_not_begun_is_withdrawn_when_its_caller_goes()
    {
        await using var store = SqliteStore.Open(Path);
        using var gone = new CancellationTokenSource();

        var (busy, release) = await Occupy(store);
        var withdrawn = Put(store, "withdrawn", cancel: gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn.WaitAsync(Patience, Stop));
        release.SetResult();
        await busy;
        await Put(store, "kept");

        Assert.Equal(["kept"], await Names(store));
    }

    [Fact]
    public async Task A_full_queue_makes_callers_wait_and_then_says_so()
    {
        await using var store = SqliteStore.Open(Path, new() { QueueLength = 2, RoomLimit = TimeSpan.FromMilliseconds(50) });

        var (busy, release) = await Occupy(store);
        Task[] queued = [Put(store, "a"), Put(store, "b")];
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Put(store, "c"));
        release.SetResult();
        await Task.WhenAll([busy, .. queued]).WaitAsync(Patience, Stop);
        await Put(store, "d");

        Assert.Equal(["a", "b", "d"], await Names(store));
    }

    [Fact]
    public async Task A_handler_that_holds_the_writer_is_given_up_and_rolled_back()
    {
        await using var store = SqliteStore.Open(Path, new() { HandlerLimit = TimeSpan.FromMilliseconds(50) });
        var never = new TaskCompletionSource();

        await Assert.ThrowsAsync<TimeoutException>(async () => await store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.Execute("INSERT INTO meta (name, value) VALUES ('stuck', '')");
            await never.Task;
            return "never";
        }, Stop));
        await Put(store, "next");

        Assert.Equal(["next"], await Names(store));
    }

    [Fact]
    public async Task A_handler_that_begins_another_command_is_told_so_rather_than_hanging()
    {
        await using var store = SqliteStore.Open(Path);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.Write<string>(Caller.System, async (_, _) =>
        {
            await Put(store, "inner");
            return "never";
        }, Stop));
    }

    [Fact]
    public async Task Closing_commits_what_waits_and_refuses_what_comes_later()
    {
        var store = SqliteStore.Open(Path);
        var (busy, release) = await Occupy(store);
        var waiting = Put(store, "waited");
        var closing = store.DisposeAsync().AsTask();
        var woken = store.Committed();
        release.SetResult();
        await Task.WhenAll(busy, waiting, closing, woken).WaitAsync(Patience, Stop);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Put(store, "late"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Names(store));
        await using var reopened = SqliteStore.Open(Path);
        Assert.Equal(["waited"], await Names(reopened));
    }

    [Fact]
    public async Task The_log_beside_the_file_stays_small_under_readers_that_never_pause()
    {
        await using var store = SqliteStore.Open(Path, new() { CheckpointPages = 10, BusyCheckpointPages = 10, MostWalPages = 20 });
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await Names(store);
            }
        }, Stop)).ToList();

        const int Commands = 400, Bytes = 3000;
        var largest = 0L;
        for (var i = 0; i < Commands; i++)
        {
            await Put(store, $"{i % 50}", value: new string('x', Bytes));
            largest = Math.Max(largest, new FileInfo(Path + "-wal").Length);
        }
        await done.CancelAsync();
        await Task.WhenAll(readers);

        // A log that was never started over would hold several pages for each command.
        Assert.InRange(largest, 1, Commands * Bytes);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_while_the_store_was_closed_does_not_go_back_in_it()
    {
        var wall = new SettableClock(DateTimeOffset.Parse("2026-03-01T12:00:00Z", null));
        await using (var store = SqliteStore.Open(Path, wall: wall))
        {
            await Run(store, $"INSERT INTO events (project, at, kind, subject, fact) VALUES ('p', {store.Clock.GetUtcNow().ToUnixTimeMilliseconds()}, 'k', 's', '')");
        }
        wall.Jump(TimeSpan.FromHours(-3));

        await using var reopened = SqliteStore.Open(Path, wall: wall);
        var now = (await reopened.Write<DateTimeOffset>(Caller.System, (session, _) => new(session.Now), Stop)).Value;
        Assert.Equal(DateTimeOffset.Parse("2026-03-01T12:00:00Z", null), now);
    }

    private const string Endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

    private static async Task<(Task Busy, TaskCompletionSource Release)> Occupy(SqliteStore store)
    {
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var busy = store.Write<string>(Caller.System, async (_, _) =>
        {
            started.TrySetResult();
            await release.Task;
            return "done";
        }, Stop).AsTask();
        await started.Task;
        return (busy, release);
    }

    private static async Task Put(SqliteStore store, string name, Action? also = null, string value = "", CancellationToken? cancel = null) =>
        Assert.Null((await store.Write<string>(Caller.System, async (session, _) =>
        {
            also?.Invoke();
            await session.Execute("INSERT OR REPLACE INTO meta (name, value) VALUES (@name, @value)", ("name", name), ("value", value));
            return name;
        }, cancel ?? Stop)).Error);

    private static async Task Run(SqliteStore store, string sql) => await store.Write<string>(Caller.System, async (session, _) =>
    {
        await session.Execute(sql);
        return "done";
    }, Stop);

    private static async Task<List<string>> Names(SqliteStore store) => (await store.Read<List<string>>(Caller.System, async (session, _) =>
        await session.Query("SELECT name FROM meta ORDER BY name", row => row.Text("name")), Stop)).Value;

    private void Edit(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static MeterListener Listen<T>(string instrument, Action<T> measured)
        where T : struct
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (published, self) =>
            {
                if (published.Meter.Name == "Wigwag.Storage" && published.Name == instrument)
                {
                    self.EnableMeasurementEvents(published);
                }
            },
        };
        listener.SetMeasurementEventCallback<T>((_, value, _, _) => measured(value));
        listener.Start();
        return listener;
    }
}
