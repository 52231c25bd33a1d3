using System.Collections.Concurrent;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>One credential that asks for everything at once waits for its own answers, and not before the others.</summary>
public sealed class FairShareTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Caller Greedy = new() { Credential = "greedy", Role = Role.Reader };
    private static readonly Caller Calm = new() { Credential = "calm", Role = Role.Reader };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_never_has_all_the_readers_and_others_are_answered_while_it_works()
    {
        await using var store = Open(new() { Readers = 2, ReadersOfOne = 1 });
        var release = new TaskCompletionSource();
        var (begun, most) = (0, 0);
        var greedy = Enumerable.Range(0, 20).Select(_ => store.Read<string>(Greedy, async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref begun));
            await release.Task;
            Interlocked.Decrement(ref begun);
            return "at last";
        }, Stop).AsTask()).ToList();
        for (var i = 0; i < 10; i++)
        {
            await store.Read<string>(Calm, (_, _) => new("at once"), Stop).AsTask().WaitAsync(Patience, Stop);
        }
        Assert.All(greedy, asked => Assert.False(asked.IsCompleted));
        release.SetResult();
        await Task.WhenAll(greedy).WaitAsync(Patience, Stop);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Commands_are_taken_in_turns_by_key_and_each_keys_in_their_order()
    {
        await using var store = Open(new() { BatchSize = 1 });
        var order = new ConcurrentQueue<string>();
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var busy = Write(store, Greedy, async () =>
        {
            started.SetResult();
            await release.Task;
        });
        await started.Task;
        var waiting = Enumerable.Range(0, 5).Select(i => Write(store, Greedy, () => Note($"greedy {i}"))).ToList();
        waiting.AddRange(Enumerable.Range(0, 2).Select(i => Write(store, Calm, () => Note($"calm {i}"))));
        release.SetResult();
        await Task.WhenAll([busy, .. waiting]).WaitAsync(Patience, Stop);
        Assert.Equal(["greedy 0", "calm 0", "greedy 1", "calm 1", "greedy 2", "greedy 3", "greedy 4"], order);

        Task Note(string what)
        {
            order.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_key_whose_share_stays_in_use_is_told_so_and_others_are_let_in()
    {
        await using var store = Open(new() { QueueLength = 4, QueueOfOne = 2, Readers = 2, ReadersOfOne = 1, RoomLimit = TimeSpan.FromMilliseconds(50) });
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var busy = Write(store, Greedy, async () =>
        {
            started.SetResult();
            await release.Task;
        });
        await started.Task;
        var reading = store.Read<string>(Greedy, async (_, _) =>
        {
            await release.Task;
            return "read";
        }, Stop).AsTask();
        var queued = new[] { Write(store, Greedy), Write(store, Greedy) };
        await Assert.ThrowsAsync<TooManyAtOnceException>(() => Write(store, Greedy));
        await Assert.ThrowsAsync<TooManyAtOnceException>(async () => await store.Read<string>(Greedy, (_, _) => new("never"), Stop));
        var calm = Write(store, Calm);
        Assert.Equal("at once", (await store.Read<string>(Calm, (_, _) => new("at once"), Stop)).Value);
        release.SetResult();
        await Task.WhenAll([busy, reading, calm, .. queued]).WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Who_waits_for_a_turn_and_goes_leaves_no_gap()
    {
        await using var store = Open(new() { Readers = 1, ReadersOfOne = 1 });
        var release = new TaskCompletionSource();
        var reading = store.Read<string>(Greedy, async (_, _) =>
        {
            await release.Task;
            return "read";
        }, Stop).AsTask();
        using var gone = new CancellationTokenSource();
        var leaves = Enumerable.Range(0, 10).Select(_ => store.Read<string>(Greedy, (_, _) => new("never"), gone.Token).AsTask()).ToList();
        var stays = store.Read<string>(Calm, (_, _) => new("stayed"), Stop).AsTask();
        await gone.CancelAsync();
        foreach (var left in leaves)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(Patience, Stop));
        }
        release.SetResult();
        await Task.WhenAll(reading, stays).WaitAsync(Patience, Stop);
        Assert.Equal("again", (await store.Read<string>(Greedy, (_, _) => new("again"), Stop)).Value);
        Assert.Equal(1, store.FreeReaders);
    }

    // Each query begins before the one before it has ended, so that there is always a snapshot.
    [Fact]
    public async Task The_write_ahead_log_is_started_over_though_one_snapshot_follows_the_other()
    {
        const int Commands = 400, Bytes = 3000;
        var path = _folder["wigwag.db"];
        await using var store = Open(new() { CheckpointPages = 10, BusyCheckpointPages = 10, MostWalPages = 20, WalPagesToPause = 60, Readers = 4, ReadersOfOne = 4 });
        using var done = new CancellationTokenSource();
        var begun = new ConcurrentDictionary<int, TaskCompletionSource>();
        TaskCompletionSource Begun(int read) => begun.GetOrAdd(read, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        var next = -1;
        async Task Read()
        {
            while (!done.IsCancellationRequested)
            {
                var me = Interlocked.Increment(ref next);
                await store.Read<string>(Calm, async (session, stop) =>
                {
                    await session.Scalar("SELECT COUNT(*) FROM meta");
                    Begun(me).TrySetResult();
                    // One that is held back never begins: then this is the last for a while.
                    await Begun(me + 1).Task.WaitAsync(TimeSpan.FromMilliseconds(100), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return "read";
                }, Stop);
            }
        }
        var readers = new[] { Task.Run(Read, Stop), Task.Run(Read, Stop) };
        var largest = 0L;
        for (var i = 0; i < Commands; i++)
        {
            await store.Write<string>(Calm, async (session, _) =>
            {
                await session.Execute("INSERT OR REPLACE INTO meta (name, value) VALUES (@name, @value)", ("name", $"{i % 50}"), ("value", new string('x', Bytes)));
                return "written";
            }, Stop);
            largest = Math.Max(largest, new FileInfo(path + "-wal").Length);
        }
        await done.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(Patience, Stop);
        // One that was never started over would hold several pages for each command.
        Assert.InRange(largest, 1, Commands * Bytes);
    }

    private SqliteStore Open(SqliteOptions options) => SqliteStore.Open(_folder["wigwag.db"], options);

    private static async Task Write(SqliteStore store, Caller caller, Func<Task>? then = null) => await store.Write<string>(caller, async (_, _) =>
    {
        await (then?.Invoke() ?? Task.CompletedTask);
        return "written";
    }, Stop);
}
