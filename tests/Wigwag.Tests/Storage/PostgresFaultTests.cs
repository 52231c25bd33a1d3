using System.Collections.Concurrent;
using System.Diagnostics;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>What an answer is worth when the database crashes or cannot be reached. <c>WIGWAG_FAULTS=long</c> crashes it twenty times.</summary>
public sealed class PostgresFaultTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("WIGWAG_FAULTS") == "long";
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_crashes_under_load_loses_nothing_that_was_answered_and_does_nothing_twice()
    {
        await using var cluster = await PostgresCluster.Start();
        var database = await cluster.Database();
        await cluster.Run(database, "CREATE TABLE notes (writer BIGINT NOT NULL, number BIGINT NOT NULL)");
        await using var store = await PostgresStore.Open(cluster.Address(database), cancel: Stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var answered = new ConcurrentBag<(long, long)>();
        var unknown = new ConcurrentBag<(long, long)>();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                try
                {
                    await Note(store, writer, i);
                    answered.Add((writer, i));
                }
                catch (StoreUnavailableException e) when (e.IsOutcomeUnknown)
                {
                    unknown.Add((writer, i));
                }
                catch (StoreUnavailableException)
                {
                    // It says that nothing was done; the notes will show.
                }
            }
        })).ToList();

        for (var crash = 0; crash < (IsLong ? 20 : 2); crash++)
        {
            await Grow(answered, 100);
            await cluster.Crash();
            var up = Stopwatch.GetTimestamp();
            await Grow(answered, 1);
            Assert.True(!IsLong || Stopwatch.GetElapsedTime(up) < Recovery, $"It took {Stopwatch.GetElapsedTime(up)} to go on.");
        }
        await Grow(answered, 100);
        await end.CancelAsync();
        await Task.WhenAll(writers);

        var kept = await Notes(store);
        Assert.Equal(kept.Count, kept.Distinct().Count());
        Assert.Empty(answered.Except(kept));
        Assert.Empty(kept.Except(answered).Except(unknown));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_holds_nobody_longer_than_its_limits_and_is_used_again_when_it_does()
    {
        var cluster = await PostgresCluster.Shared;
        var database = await cluster.Database();
        await cluster.Run(database, "CREATE TABLE notes (writer BIGINT NOT NULL, number BIGINT NOT NULL)");
        // The limits are those of a server at work; making the tables may take longer.
        await using (await PostgresStore.Open(cluster.Address(database), cancel: Stop))
        {
        }
        await using var proxy = new StallingProxy(cluster.Port);
        var options = new PostgresOptions { ConnectLimit = TimeSpan.FromSeconds(5), StatementLimit = TimeSpan.FromSeconds(5), RetryLimit = TimeSpan.FromSeconds(5) };
        await using (var store = await PostgresStore.Open(cluster.Address(database, proxy.Port), options, cancel: Stop))
        {
            await Note(store, 0, 0);
            proxy.Stall();

            var refusals = await Task.WhenAll(Enumerable.Range(1, 30).Select(async i =>
                await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Note(store, i, 0).WaitAsync(TimeSpan.FromSeconds(60), Stop))));

            Assert.Equal(30, refusals.Length);
            proxy.GoOn();
            // No connection is left behind in the pool that nobody can use: more commands at once than it has connections.
            await Task.WhenAll(Enumerable.Range(1, 30).Select(i => Eventually(() => Note(store, i, 1))));
            Assert.Equal(30, (await Notes(store)).Count(note => note.Number == 1));
        }
        await cluster.Drop(database);
    }

    private static async Task Note(PostgresStore store, long writer, long number) => await store.Write<string>(Caller.System, async (session, _) =>
    {
        await session.Execute("INSERT INTO notes (writer, number) VALUES (@writer, @number)", ("writer", writer), ("number", number));
        return "ok";
    }, Stop);

    private static async Task<List<(long Writer, long Number)>> Notes(PostgresStore store) => (await store.Read<List<(long, long)>>(
        Caller.System,
        async (session, _) => await session.Query("SELECT writer, number FROM notes", row => (row.Number("writer"), row.Number("number"))),
        Stop)).Value;

    private static async Task Grow(ConcurrentBag<(long, long)> answered, int by)
    {
        var enough = answered.Count + by;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (answered.Count < enough)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    // What was refused while it stalled may be refused once more, as connections die.
    private static async Task Eventually(Func<Task> act)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (StoreUnavailableException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(50, Stop);
            }
        }
    }
}
