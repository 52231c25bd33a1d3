using System.Collections.Concurrent;
using Npgsql;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>What PostgreSQL promises beyond the contract: many servers, one truth.</summary>
public sealed class PostgresStoreTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly EventKind<string> Stated = new("test.stated", JotJson.Default);
    private static readonly ProjectId Vc = ProjectId.Parse("github.com/steveyegge/vc");

    private readonly List<IAsyncDisposable> _opened = [];
    private PostgresCluster _cluster = null!;
    private string _database = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.Database();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }
        await _cluster.Drop(_database);
    }

    [Fact]
    public async Task No_statement_is_compiled_for_that_takes_longer_than_running_it()
    {
        var store = await Server();
        static async ValueTask<string> Ask(Session session) => (await session.First("SELECT current_setting('jit') AS jit", row => row.Text("jit")))!;

        Assert.Equal("off", (await store.Write<string>(Caller.System, async (session, _) => await Ask(session), Stop)).Value);
        Assert.Equal("off", (await store.Read<string>(Caller.System, async (session, _) => await Ask(session), Stop)).Value);
    }

    [Fact]
    public async Task The_log_skips_nothing_and_repeats_nothing_when_a_commit_is_held_open_under_load()
    {
        var (one, other) = (await Server(), await Server());
        var seen = new ConcurrentQueue<Event>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var reading = new LogReader(other, "test", (facts, _) =>
        {
            foreach (var fact in facts)
            {
                seen.Enqueue(fact);
            }
            return ValueTask.CompletedTask;
        }).Run(end.Token);

        // It takes its number before the others, and commits two seconds after the first of them.
        var numbered = new TaskCompletionSource();
        var late = one.Write<string>(Caller.System, async (session, cancel) =>
        {
            await session.Append(Stated, Vc, "late", "a fact");
            numbered.TrySetResult();
            await Task.Delay(TimeSpan.FromSeconds(2), cancel);
            return "ok";
        }, Stop).AsTask();
        await numbered.Task.WaitAsync(Patience, Stop);
        var stated = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; !late.IsCompleted || i < 20; i++)
            {
                await State(writer % 2 == 0 ? one : other, $"{writer}-{i}");
                Interlocked.Increment(ref stated);
            }
        }));
        await late;
        await Until(() => seen.Count >= stated + 1);
        await end.CancelAsync();
        await reading;

        Assert.Equal(stated + 1, seen.Count);
        Assert.Equal(seen.Count, seen.Select(fact => fact.Subject).Distinct().Count());
        Assert.Equal(seen.Select(fact => fact.Seq).Order(), seen.Select(fact => fact.Seq));
        Assert.Contains(seen, fact => fact.Subject == "late");
    }

    [Fact]
    public async Task A_commit_through_one_server_wakes_who_waits_at_another()
    {
        var (one, other) = (await Server(), await Server());
        await using var hub = new EventHub(other);
        await hub.Ready.WaitAsync(Patience, Stop);
        await using var facts = hub.Subscribe(_ => true, null, Stop).GetAsyncEnumerator(Stop);
        for (var i = 0; i < 5; i++)
        {
            var next = facts.MoveNextAsync().AsTask();
            await State(one, $"{i}");
            Assert.True(await next.WaitAsync(Patience, Stop));
            Assert.Equal($"{i}", facts.Current.Subject);
        }
    }

    [Fact]
    public async Task With_every_connection_lost_readers_catch_up_and_commands_go_on()
    {
        var (one, other) = (await Server(), await Server());
        await using var hub = new EventHub(other);
        await hub.Ready.WaitAsync(Patience, Stop);
        await using var facts = hub.Subscribe(_ => true, null, Stop).GetAsyncEnumerator(Stop);
        for (var i = 0; i < 3; i++)
        {
            var next = facts.MoveNextAsync().AsTask();
            await _cluster.Run("postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database}'");
            await State(one, $"{i}");
            Assert.True(await next.WaitAsync(Patience, Stop));
            Assert.Equal($"{i}", facts.Current.Subject);
        }
    }

    [Fact]
    public async Task A_project_is_locked_by_one_transaction_at_a_time_which_sees_all_that_was_committed_before()
    {
        var servers = new[] { await Server(), await Server() };
        await _cluster.Run(_database, "CREATE TABLE held (token BIGINT PRIMARY KEY)");

        var tokens = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => servers[i % 2].Write<string>(Caller.System, async (session, _) =>
        {
            await session.LockProject(Vc);
            var token = (await session.Scalar("SELECT COALESCE(MAX(token), 0) FROM held") ?? 0) + 1;
            await session.Execute("INSERT INTO held (token) VALUES (@token)", ("token", token));
            return $"{token}";
        }, Stop).AsTask()));

        Assert.Equal(Enumerable.Range(1, 40), tokens.Select(token => int.Parse(token.Value, null)).Order());
    }

    [Fact]
    public async Task Who_waits_in_vain_for_one_of_its_locks_keeps_none_of_the_others()
    {
        var store = await Server(new() { LockLimit = TimeSpan.FromMilliseconds(500) });
        var projects = new[] { Vc, ProjectId.Parse("github.com/steveyegge/beads") }.OrderBy(AdvisoryKey.Of).ToList();
        await using var holder = new NpgsqlConnection(_cluster.Address(_database).Settings().ConnectionString);
        await holder.OpenAsync(Stop);
        Assert.Equal(2, await Ask($"SELECT COUNT(pg_advisory_lock(key)::text) FROM unnest(ARRAY[{AdvisoryKey.Of(projects[0])}, {AdvisoryKey.Of(projects[1])}]) key"));

        var refused = store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.LockProject(projects[0]);
            await session.LockProject(projects[1]);
            return "ok";
        }, Stop).AsTask();
        await Until(async () => await Ask("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 1);
        await Ask($"SELECT COUNT(pg_advisory_unlock({AdvisoryKey.Of(projects[0])}))");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => refused);
        Assert.Equal(1, await Ask($"SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));

        async Task<long> Ask(string sql)
        {
            await using var command = new NpgsqlCommand(sql, holder);
            return (long)(await command.ExecuteScalarAsync(Stop))!;
        }
    }

    [Fact]
    public async Task Servers_that_start_at_once_migrate_once()
    {
        var empty = await _cluster.EmptyDatabase();

        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostgresStore.Open(_cluster.Address(empty), cancel: Stop)));

        foreach (var server in servers)
        {
            await State(server, "here");
            await server.DisposeAsync();
        }
        await _cluster.Drop(empty);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await _cluster.Run(_database, "INSERT INTO schema_migrations (name, checksum, at) VALUES ('9999_future.sql', 'x', 0)");

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => PostgresStore.Open(_cluster.Address(_database), cancel: Stop));

        Assert.Contains("9999_future.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_was_moved_to_a_cluster_with_smaller_transaction_ids_goes_on_after_its_last_number()
    {
        var moved = (1L << 50) + 17;
        await _cluster.Run(_database, $"INSERT INTO events (seq, project, at, kind, subject, fact) VALUES ({moved}, '{Vc.Value}', 0, 'test.stated', 'before', '\"a\"')");
        var (one, other) = (await Server(), await Server());

        await State(one, "after");
        await State(other, "later");

        await Until(async () => (await Subjects(one)).Count == 3);
        Assert.Equal(["before", "after", "later"], await Subjects(other));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_said_so_without_its_password()
    {
        Assert.True(PostgresAddress.TryParse($"postgres://wigwag:sesame@127.0.0.1:{PostgresCluster.FreePort()}/none", out var address, out _));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PostgresStore.Open(address!, cancel: Stop));

        Assert.DoesNotContain("sesame", failure.ToString() + address, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://u:p%40ss@db.example.org:5433/wigwag?sslmode=verify-full&sslrootcert=/etc/ca.pem&pool_size=7", "postgres://db.example.org:5433/wigwag")]
    [InlineData("postgresql://u@localhost/wigwag?host=/run/postgresql", "postgres:///wigwag?host=/run/postgresql")]
    [InlineData("Host=db;Username=u;Password=p;Database=wigwag", "postgres://db:5432/wigwag")]
    public void An_address_is_shown_without_its_secrets(string written, string shown)
    {
        Assert.True(PostgresAddress.TryParse(written, out var address, out _));
        Assert.Equal(shown, address!.ToString());
    }

    [Theory]
    [InlineData("postgres://u:sesame@host")]
    [InlineData("postgres://u:sesame@host/db?sslmode=perhaps-sesame")]
    [InlineData("postgres://u:sesame@host/db?sesame=1")]
    [InlineData("postgres://")]
    public void What_is_no_address_is_refused_without_repeating_it(string written)
    {
        Assert.False(PostgresAddress.TryParse(written, out _, out var reason));
        Assert.DoesNotContain("sesame", reason, StringComparison.Ordinal);
    }

    private async Task<PostgresStore> Server(PostgresOptions? options = null)
    {
        var store = await PostgresStore.Open(_cluster.Address(_database), options, cancel: Stop);
        _opened.Add(store);
        return store;
    }

    private static async Task State(PostgresStore store, string subject) => await store.Write<string>(Caller.System, async (session, _) =>
    {
        await session.Append(Stated, Vc, subject, "a fact");
        return "ok";
    }, Stop);

    private static async Task<List<string>> Subjects(PostgresStore store) => (await store.Read<List<string>>(
        Caller.System, async (session, _) => (await Core.Feed.Log.After(session, 0, 1000)).ConvertAll(fact => fact.Subject), Stop)).Value;

    private static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        while (!await holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
