using System.Collections.Concurrent;
using Wigwag.Core.Feed;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;
using Wigwag.Core.Store;
using Wigwag.Storage.Sqlite;

namespace Wigwag.Tests.Storage;

/// <summary>Readers of the log: background readers with a cursor, and subscribers of the live end.</summary>
public sealed class LogReaderTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly EventKind<string> Stated = new("test.stated", JotJson.Default);

    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store = null!;
    private int _stated;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(_folder["wigwag.db"]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_reader_that_is_killed_in_the_middle_again_and_again_misses_nothing()
    {
        var seen = new ConcurrentQueue<long>();
        var writing = State(300);
        var life = 0;
        while (seen.LastOrDefault() < 300)
        {
            using var killed = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            life++;
            var reader = new LogReader(_store, "test", async (facts, cancel) =>
            {
                foreach (var fact in facts)
                {
                    seen.Enqueue(fact.Seq);
                    if (fact.Seq % 37 == life % 37)
                    {
                        await killed.CancelAsync();
                        cancel.ThrowIfCancellationRequested();
                    }
                }
                if (facts[^1].Seq == 300)
                {
                    await killed.CancelAsync();
                }
            })
            { BatchSize = 10 };
            await reader.Run(killed.Token).WaitAsync(Patience, Stop);
        }
        await writing;

        Assert.Equal(Range(1, 300), seen.Distinct().Order());
        var furthest = 0L;
        Assert.All(seen, seq =>
        {
            Assert.True(seq <= furthest + 1);
            furthest = Math.Max(furthest, seq);
        });
    }

    [Fact]
    public async Task An_effect_that_fails_is_tried_again_until_it_works()
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var tries = 0;
        await State(3);
        var reader = new LogReader(_store, "test", async (_, _) =>
        {
            if (++tries < 3)
            {
                throw new IOException("the other side is away");
            }
            await done.CancelAsync();
        });

        await reader.Run(done.Token).WaitAsync(Patience, Stop);

        Assert.Equal((3, 3), (tries, reader.Position));
    }

    [Fact]
    public async Task A_reader_goes_on_after_its_saved_cursor()
    {
        await State(5);
        Assert.Equal(Range(1, 5), await ReadUntil("test", 5));
        await State(5);

        Assert.Equal(Range(6, 5), await ReadUntil("test", 10));
        Assert.Equal(Range(1, 10), await ReadUntil("another", 10));
    }

    [Fact]
    public async Task A_reader_for_new_facts_skips_those_from_before_its_first_run()
    {
        await State(5);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var seen = new List<long>();
        var reader = new LogReader(_store, "test", async (facts, _) =>
        {
            seen.AddRange(facts.Select(fact => fact.Seq));
            await done.CancelAsync();
        })
        { StartsAtEnd = true };
        var running = reader.Run(done.Token);
        await Until(() => reader.Position == 5);
        await State(1);
        await running.WaitAsync(Patience, Stop);

        Assert.Equal([6], seen);
    }

    [Fact]
    public async Task Subscribers_who_join_at_any_time_see_every_fact_once_and_in_order()
    {
        await using var hub = new EventHub(_store);
        var writing = State(300);
        var subscribers = Enumerable.Range(0, 20).Select(async i =>
        {
            await Until(() => _stated >= i * 15);
            return await Take(hub.Subscribe(_ => true, i * 10, Stop), 300 - (i * 10));
        }).ToList();

        await writing;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Range((i * 10) + 1, 300 - (i * 10)), await subscribers[i].WaitAsync(Patience, Stop));
        }
    }

    [Fact]
    public async Task A_subscriber_without_a_cursor_sees_what_is_committed_after_its_call()
    {
        await State(5);
        await using var hub = new EventHub(_store);
        await hub.Ready;

        var facts = hub.Subscribe(fact => fact.Seq % 2 == 0, null, Stop);
        await State(5);

        Assert.Equal([6, 8, 10], await Take(facts, 3).WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task A_long_replay_does_not_count_as_falling_behind()
    {
        await State(1200, together: 100);
        await using var hub = new EventHub(_store, capacity: 10);

        Assert.Equal(Range(1, 1200), await Take(hub.Subscribe(_ => true, 0, Stop), 1200).WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_is_dropped_and_the_others_are_not()
    {
        await using var hub = new EventHub(_store, capacity: 16);
        await hub.Ready;
        var idle = hub.Subscribe(_ => true, null, Stop);
        var lively = hub.Subscribe(_ => true, null, Stop).GetAsyncEnumerator(Stop);

        for (var i = 1; i <= 40; i++)
        {
            await State(1);
            Assert.True(await lively.MoveNextAsync());
            Assert.Equal(i, lively.Current.Seq);
        }

        Assert.Equal(1, hub.Subscribers);
        Assert.Equal(Range(1, 16), await Take(idle, int.MaxValue).WaitAsync(Patience, Stop));
        await lively.DisposeAsync();
        Assert.Equal(0, hub.Subscribers);
    }

    [Fact]
    public async Task A_filter_that_fails_ends_its_own_subscription_alone()
    {
        await using var hub = new EventHub(_store);
        await hub.Ready;
        var broken = hub.Subscribe(_ => throw new FormatException("a bug"), null, Stop);
        var sound = hub.Subscribe(_ => true, null, Stop);
        await State(1);

        Assert.Equal([1], await Take(sound, 1).WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<FormatException>(() => Take(broken, 1));
    }

    [Fact]
    public async Task Subscriptions_end_with_the_hub()
    {
        var hub = new EventHub(_store);
        var facts = Take(hub.Subscribe(_ => true, 0, Stop), int.MaxValue);
        await hub.DisposeAsync();

        Assert.Empty(await facts.WaitAsync(Patience, Stop));
    }

    private async Task<List<long>> ReadUntil(string name, long last)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var seen = new List<long>();
        await new LogReader(_store, name, async (facts, _) =>
        {
            seen.AddRange(facts.Select(fact => fact.Seq));
            if (facts[^1].Seq == last)
            {
                await done.CancelAsync();
            }
        }).Run(done.Token).WaitAsync(Patience, Stop);
        return seen;
    }

    private static async Task<List<long>> Take(IAsyncEnumerable<Event> facts, int count)
    {
        var seen = new List<long>();
        await foreach (var fact in facts)
        {
            seen.Add(fact.Seq);
            if (seen.Count == count)
            {
                break;
            }
        }
        return seen;
    }

    private async Task State(int count, int together = 1)
    {
        for (var i = 0; i < count; i += together)
        {
            await _store.Write<string>(Caller.System, async (session, _) =>
            {
                for (var j = 0; j < together; j++)
                {
                    await session.Append(Stated, ProjectId.Parse("github.com/o/r"), "subject", "a fact");
                }
                return "ok";
            }, Stop);
            Interlocked.Add(ref _stated, together);
        }
    }

    private static async Task Until(Func<bool> isSo)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience);
            await Task.Delay(5, Stop);
        }
    }

    private static IEnumerable<long> Range(long from, int count) => Enumerable.Range(0, count).Select(i => from + i);
}
