using System.Diagnostics;
using System.Globalization;
using Wigwag.Core.Issues;
using Wigwag.Core.Operations;
using Wigwag.Faults.Harness;
using Wigwag.Storage.Postgres;
using Wigwag.Tests.Storage;

namespace Wigwag.Faults.Postgres;

/// <summary>I15: two servers at work on a PostgreSQL that crashes, and one that is cut off from it for a while.</summary>
public sealed class PostgresTests(PostgresTests.Cluster cluster) : IClassFixture<PostgresTests.Cluster>, IDisposable
{
    // In the short form, on a machine that does other things as well, it only has to come back.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(Scale.IsLong ? 3 : 30);

    // A statement, the cancelling of it, and the tries after it: 10, 1 and 8 s and a connection's 5; and as much again on a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(50);

    private readonly string _folder = Directory.CreateTempSubdirectory("wigwag-faults-").FullName;
    private int _probes;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_answered_is_kept_once_however_often_the_database_crashes()
    {
        var database = await cluster.Running.EmptyDatabase();
        var chance = new Random(Scale.Seed);
        var crashes = Scale.Of(2, 20);
        var recoveries = new List<TimeSpan>();
        var answered = 0;
        var file = Path.Combine(_folder, "journal");
        await using (var journal = new Journal(file))
        {
            await using var one = await Server("one", database, cluster.Running.Port);
            await using var other = await Server("other", database, cluster.Running.Port);
            var crew = new Crew(Scale.Of(8, 16), journal, $"{Scale.Seed:x}");
            await crew.Enlist(one);
            for (var crash = 0; crash < crashes; crash++)
            {
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                var working = crew.Work(crash % 2 == 0 ? one : other, enough.Token);
                await Task.Delay(chance.Next(200, 1500), Stop);
                await cluster.Running.Crash();
                var up = Stopwatch.GetTimestamp();
                await Task.WhenAll(UntilAnswered(one), UntilAnswered(other));
                recoveries.Add(Stopwatch.GetElapsedTime(up));
                await Task.Delay(chance.Next(0, 300), Stop);
                await enough.CancelAsync();
                answered += await working;
                await crew.Settle(other);
            }
        }
        Assert.True(recoveries.Max() <= Recovery, $"It took {recoveries.Max()} to go on.");
        await Check(database, file, answered);
        Scale.Tell("I15", Engine.Postgres, string.Create(
            CultureInfo.InvariantCulture,
            $"{crashes} × pg_ctl restart -m immediate under two servers, {answered} commands answered, 0 lost, 0 twice, 0 torn, 0 out of order; both write again after {P95(recoveries).TotalMilliseconds:F0} ms (p95), {recoveries.Max().TotalMilliseconds:F0} ms (most)"));
    }

    [Fact]
    public async Task A_server_that_is_cut_off_from_its_database_keeps_nobody_waiting_for_long_and_goes_on_when_it_is_back()
    {
        var database = await cluster.Running.EmptyDatabase();
        var cuts = Scale.IsLong ? new[] { 1, 2, 5, 10, 15, 20, 30 } : [1];
        await using var proxy = new StallingProxy(cluster.Running.Port);
        var recoveries = new List<TimeSpan>();
        var waits = new List<TimeSpan>();
        var answered = 0;
        var file = Path.Combine(_folder, "journal");
        await using (var journal = new Journal(file))
        {
            await using var server = await Server("home", database, proxy.Port);
            var crew = new Crew(Scale.Of(8, 16), journal, $"{Scale.Seed:x}");
            await crew.Enlist(server);
            foreach (var seconds in cuts)
            {
                using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                var working = crew.Work(server, enough.Token);
                await Task.Delay(TimeSpan.FromSeconds(0.5), Stop);
                proxy.Stall();
                var asking = Timed(Probe(server));
                await Task.Delay(TimeSpan.FromSeconds(seconds), Stop);
                proxy.GoOn();
                var up = Stopwatch.GetTimestamp();
                await UntilAnswered(server);
                recoveries.Add(Stopwatch.GetElapsedTime(up));
                waits.Add(await asking);
                // More at once than the pool has connections: none of them is stuck.
                var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => UntilAnswered(server)));
                Assert.Equal(40, all.Length);
                await enough.CancelAsync();
                answered += await working;
                await crew.Settle(server);
            }
        }
        Assert.True(recoveries.Max() <= Recovery, $"It took {recoveries.Max()} to go on.");
        Assert.True(waits.Max() <= Bound, $"A command waited {waits.Max()}.");
        await Check(database, file, answered);
        Scale.Tell("I16", Engine.Postgres, string.Create(
            CultureInfo.InvariantCulture,
            $"cut off from the database for {string.Join(", ", cuts)} s, {answered} commands answered, 0 lost, 0 twice; no command waited longer than {waits.Max().TotalSeconds:F1} s, it writes again after {recoveries.Max().TotalMilliseconds:F0} ms (most), no connection stuck"));
    }

    private Task<ServerProcess> Server(string home, string database, int port) => ServerProcess.Start(
        Path.Combine(_folder, home), new Dictionary<string, string> { ["WIGWAG_STORE"] = cluster.Running.Url(database, port) });

    private async Task Check(string database, string journal, int answered)
    {
        await using var store = await PostgresStore.Open(cluster.Running.Address(database), cancel: Stop);
        var violations = await Checker.Violations(store, await Journal.Read(journal), Stop);
        Assert.True(violations.Count == 0, $"seed {Scale.Seed}, {answered} answered, {violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
    }

    /// <summary>One command of the administrator's; whether it was done.</summary>
    private async Task<bool> Probe(ServerProcess server)
    {
        using var client = server.Client();
        var title = $"probe {Interlocked.Increment(ref _probes)}";
        return (await client.Call(CreateIssue.Operation, new() { Project = Crew.Project, Title = title })).Try(out _, out var error)
            || (error.Kind == ErrorKind.Unavailable ? false : throw new InvalidOperationException($"{error.Code}: {error.Message}"));
    }

    private static async Task<TimeSpan> Timed(Task<bool> asking)
    {
        var asked = Stopwatch.GetTimestamp();
        await asking;
        return Stopwatch.GetElapsedTime(asked);
    }

    private async Task<bool> UntilAnswered(ServerProcess server)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(ServerProcess.Patience);
        while (!await Probe(server))
        {
            await Task.Delay(20, patience.Token);
        }
        return true;
    }

    private static TimeSpan P95(List<TimeSpan> times) => times.Order().ElementAt((int)((times.Count - 1) * 0.95));

    /// <summary>One cluster for the tests of this class.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        internal PostgresCluster Running { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Running = await PostgresCluster.Start();

        public ValueTask DisposeAsync() => Running.DisposeAsync();
    }
}
