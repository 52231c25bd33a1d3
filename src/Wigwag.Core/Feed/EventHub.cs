using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Feed;

/// <summary>
/// The live end of the log, for any number of subscribers in this process: read once after each commit and handed to all. A
/// subscriber that does not read is dropped; it slows nobody.
/// </summary>
public sealed class EventHub : IAsyncDisposable
{
    private const int PageSize = 500;

    private readonly IStore _store;
    private readonly int _capacity;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly HashSet<Subscriber> _subscribers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private long _position; // everything up to here was handed out; under the gate
    private bool _isOver;

    /// <param name="store">Whose log.</param>
    /// <param name="capacity">How many facts a subscriber may fall behind before it is dropped.</param>
    /// <param name="log">Where failures are told.</param>
    public EventHub(IStore store, int capacity = 1024, ILogger? log = null)
    {
        (_store, _capacity, _log) = (store, capacity, log ?? NullLogger.Instance);
        _following = Follow(_stop.Token);
    }

    private sealed class Subscriber(Func<Event, bool> filter, int capacity)
    {
        private readonly Channel<Event> _facts = Channel.CreateBounded<Event>(new BoundedChannelOptions(capacity) { SingleReader = true });

        public ChannelReader<Event> Facts => _facts.Reader;

        /// <summary>False when it has fallen too far behind, or its filter failed: then its reader is told how.</summary>
        public bool TryHand(Event fact)
        {
            try
            {
                return !filter(fact) || _facts.Writer.TryWrite(fact);
            }
            catch (Exception e)
            {
                _facts.Writer.TryComplete(e);
                return false;
            }
        }

        public void End() => _facts.Writer.TryComplete();
    }

    /// <summary>Completes when the hub has found the end of the log, from which subscribers without a cursor follow.</summary>
    public Task Ready => _ready.Task;

    /// <summary>How many listen now.</summary>
    public int Subscribers
    {
        get
        {
            lock (_gate)
            {
                return _subscribers.Count;
            }
        }
    }

    /// <summary>
    /// The facts after a cursor, first those in the log, then those to come, without gap or repeat. It ends when the subscriber fell
    /// behind or the hub stops; who wants to go on subscribes again after the last fact seen.
    /// </summary>
    /// <param name="filter">Which facts; quick, and free of side effects.</param>
    /// <param name="after">The last fact already seen; null for those from now on: what is committed after this call is not missed.</param>
    /// <param name="cancel">Ends the subscription.</param>
    public IAsyncEnumerable<Event> Subscribe(Func<Event, bool> filter, long? after, CancellationToken cancel) =>
        after is { } cursor ? ReplayThenFollow(filter, cursor, cancel) : Follow(Add(filter).Subscriber, 0, cancel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        lock (_gate)
        {
            _isOver = true;
            foreach (var subscriber in _subscribers)
            {
                subscriber.End();
            }
            _subscribers.Clear();
        }
        _ready.TrySetResult();
        _stop.Dispose();
    }

    private async IAsyncEnumerable<Event> ReplayThenFollow(
        Func<Event, bool> filter, long cursor, [EnumeratorCancellation] CancellationToken cancel)
    {
        // It joins the live end only when it has nearly reached it: a long replay must not count as falling behind.
        await Ready.WaitAsync(cancel);
        Subscriber? subscriber = null;
        var joined = long.MaxValue;
        try
        {
            while (subscriber is null || cursor < joined)
            {
                var page = await Page(cursor, cancel);
                foreach (var fact in page)
                {
                    cursor = fact.Seq;
                    if (filter(fact))
                    {
                        yield return fact;
                    }
                }
                if (page.Count < PageSize)
                {
                    if (subscriber is not null)
                    {
                        break;
                    }
                    (subscriber, joined) = Add(filter);
                }
            }
            await foreach (var fact in Follow(subscriber, cursor, cancel))
            {
                yield return fact;
            }
        }
        finally
        {
            if (subscriber is not null)
            {
                Remove(subscriber);
            }
        }
    }

    private async IAsyncEnumerable<Event> Follow(Subscriber subscriber, long cursor, [EnumeratorCancellation] CancellationToken cancel)
    {
        try
        {
            await foreach (var fact in subscriber.Facts.ReadAllAsync(cancel))
            {
                if (fact.Seq > cursor)
                {
                    yield return fact;
                }
            }
        }
        finally
        {
            Remove(subscriber);
        }
    }

    private (Subscriber Subscriber, long Position) Add(Func<Event, bool> filter)
    {
        var subscriber = new Subscriber(filter, _capacity);
        lock (_gate)
        {
            if (_isOver)
            {
                subscriber.End();
            }
            else
            {
                _subscribers.Add(subscriber);
            }
            return (subscriber, _position);
        }
    }

    private void Remove(Subscriber subscriber)
    {
        lock (_gate)
        {
            _subscribers.Remove(subscriber);
        }
    }

    private async Task Follow(CancellationToken stop)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));
        long? start = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                start ??= await Start(stop);
                var more = _store.Committed();
                var page = await Page(_position, stop);
                Hand(page);
                backoff.Reset();
                if (page.Count == 0)
                {
                    await more.WaitAsync(stop);
                }
            }
            catch (Exception e)
            {
                if (stop.IsCancellationRequested)
                {
                    break;
                }
                var delay = backoff.Next();
                FeedLog.HubFailed(_log, _position, backoff.Attempt, delay, e);
                await Task.Delay(delay, _store.Clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask<long> Start(CancellationToken stop)
    {
        var end = (await _store.Read<long>(Caller.System, async (session, _) => await Log.End(session), stop)).Value;
        lock (_gate)
        {
            _position = end;
        }
        _ready.SetResult();
        return end;
    }

    private void Hand(List<Event> page)
    {
        lock (_gate)
        {
            foreach (var fact in page)
            {
                _subscribers.RemoveWhere(subscriber => !subscriber.TryHand(fact) && Drop(subscriber));
                _position = fact.Seq;
            }
        }
    }

    private bool Drop(Subscriber subscriber)
    {
        subscriber.End();
        FeedLog.SubscriberDropped(_log, _capacity);
        return true;
    }

    private async ValueTask<List<Event>> Page(long cursor, CancellationToken cancel) =>
        (await _store.Read<List<Event>>(Caller.System, async (session, _) => await Log.After(session, cursor, PageSize), cancel)).Value;
}
