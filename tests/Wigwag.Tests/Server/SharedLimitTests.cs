using System.Diagnostics;
using System.Net;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Server;

/// <summary>What a key may ask is one across the servers of one PostgreSQL database.</summary>
public sealed class SharedLimitTests
{
    private const int Burst = 200;
    private const int PerSecond = 2;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_spreads_its_requests_over_two_servers_has_one_budget()
    {
        var cluster = await PostgresCluster.Shared;
        var database = await cluster.Database();
        await using (var one = await PostgresStore.Open(cluster.Address(database), cancel: Stop))
        await using (var other = await PostgresStore.Open(cluster.Address(database), cancel: Stop))
        await using (var left = await Server(one))
        await using (var right = await Server(other))
        {
            var (busy, _) = await left.Key(new { name = "busy", role = "reader" });
            var (calm, _) = await left.Key(new { name = "calm", role = "reader" });
            var started = Stopwatch.GetTimestamp();

            var let = await Task.WhenAll(LetThrough(left, busy), LetThrough(right, busy));

            // Each server may hold a batch of a twentieth of the burst back from the other.
            var most = Burst + (PerSecond * Math.Ceiling(Stopwatch.GetElapsedTime(started).TotalSeconds));
            Assert.InRange(let.Sum(), Burst - (Burst / 20), most);
            using var third = right.Client(calm);
            await RunningServer.Ok(await third.Get("/v1/projects"));
        }
        await cluster.Drop(database);
    }

    [Fact]
    public async Task While_the_database_tells_nothing_of_the_budget_each_server_counts_by_itself()
    {
        await using var server = await RunningServer.Start(options => options with
        {
            Store = new Untold(options.Store),
            Limits = options.Limits with { RequestsPerSecond = PerSecond, RequestBurst = Burst },
        });
        var (busy, _) = await server.Key(new { name = "busy", role = "reader" });

        var let = await LetThrough(server, busy);

        Assert.InRange(let, Burst, 399);
    }

    private static Task<RunningServer> Server(PostgresStore store) => RunningServer.Start(options => options with
    {
        Store = store,
        Blobs = new PostgresBlobs(store),
        Limits = options.Limits with { RequestsPerSecond = PerSecond, RequestBurst = Burst },
    });

    private static async Task<int> LetThrough(RunningServer server, string token)
    {
        using var client = server.Client(token);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var through = 0;
            for (var i = 0; i < 50; i++)
            {
                using var answer = await client.Get("/v1/projects");
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}");
                through += answer.StatusCode == HttpStatusCode.OK ? 1 : 0;
            }
            return through;
        }));
        return answers.Sum();
    }

    /// <summary>A store whose budgets cannot be asked.</summary>
    private sealed class Untold(IStore store) : IStore, ISharedTokens
    {
        public Dialect Dialect => store.Dialect;

        public TimeProvider Clock => store.Clock;

        public ValueTask<Result<T>> Write<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
            store.Write(caller, work, cancel);

        public ValueTask<Result<T>> Read<T>(Caller caller, Func<Session, CancellationToken, ValueTask<Result<T>>> work, CancellationToken cancel) =>
            store.Read(caller, work, cancel);

        public Task Committed() => store.Committed();

        public ValueTask Backup(string path, CancellationToken cancel) => store.Backup(path, cancel);

        public ValueTask<TakenTokens> Take(string bucket, int most, int perSecond, int burst, CancellationToken cancel) =>
            throw new StoreUnavailableException("the database cannot be reached.");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
