using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Core.Feed;

/// <summary>
/// A background reader of the log: hands it every fact, in order, and remembers how far it came. What it does with a fact may happen
/// twice, after a crash or a failure, and never not at all; so it must be idempotent.
/// </summary>
/// <param name="store">Whose log.</param>
/// <param name="name">Unique and lasting: the cursor is kept under it.</param>
/// <param name="effect">What to do with some facts. It throws to be given the same again, later.</param>
/// <param name="log">Where failures are told.</param>
public sealed class LogReader(
    IStore store, string name, Func<IReadOnlyList<Event>, CancellationToken, ValueTask> effect, ILogger? log = null)
{
    private readonly ILogger _log = log ?? NullLogger.Instance;
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
    private long _position = -1;
    private long _saved;
    private long _savedAt;

    /// <summary>Most facts handed over at once.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>How often the cursor is saved while facts arrive; so much may be done twice after a crash.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>True for a reader whom nothing concerns that was in the log before it first ran.</summary>
    public bool StartsAtEnd { get; init; }

    /// <summary>The last fact dealt with; -1 before the first look.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Follows the log until cancelled, whatever fails; then saves the cursor and returns.</summary>
    public async Task Run(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await Follow(cancel);
            }
            catch (Exception e)
            {
                if (cancel.IsCancellationRequested)
                {
                    break; // what failed while it stopped is tried again at the next start
                }
                var delay = _backoff.Next();
                FeedLog.ReaderFailed(_log, name, Position, _backoff.Attempt, delay, e);
                await Task.Delay(delay, store.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        try
        {
            await Save(CancellationToken.None);
        }
        catch (StoreUnavailableException e)
        {
            FeedLog.CursorNotSaved(_log, name, _saved, e.Message);
        }
    }

    private async ValueTask Follow(CancellationToken cancel)
    {
        if (_position < 0)
        {
            Volatile.Write(ref _position, await Load(cancel));
            _saved = _position;
        }
        while (true)
        {
            var more = store.Committed();
            var facts = (await store.Read<List<Event>>(Caller.System, async (session, _) => await Log.After(session, _position, BatchSize), cancel)).Value;
            if (facts.Count > 0)
            {
                await effect(facts, cancel);
                Volatile.Write(ref _position, facts[^1].Seq);
                _backoff.Reset();
            }
            var due = SaveInterval - store.Clock.GetElapsedTime(_savedAt);
            if (due <= TimeSpan.Zero)
            {
                await Save(cancel);
                due = Timeout.InfiniteTimeSpan;
            }
            else if (_position == _saved)
            {
                due = Timeout.InfiniteTimeSpan;
            }
            if (facts.Count == 0)
            {
                await more.WaitAsync(due, store.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancel.ThrowIfCancellationRequested();
            }
        }
    }

    private async ValueTask<long> Load(CancellationToken cancel) => (await store.Write<long>(Caller.System, async (session, _) =>
    {
        if (await session.Scalar("SELECT position FROM cursors WHERE reader = @reader", ("reader", name)) is { } position)
        {
            return position;
        }
        var start = StartsAtEnd ? await Log.End(session) : 0;
        await session.Execute("INSERT INTO cursors (reader, position) VALUES (@reader, @position)", ("reader", name), ("position", start));
        return start;
    }, cancel)).Value;

    private async ValueTask Save(CancellationToken cancel)
    {
        if (_position <= _saved)
        {
            return;
        }
        var position = _position;
        await store.Write<long>(Caller.System, async (session, _) => await session.ExecuteCounted(
            "UPDATE cursors SET position = @position WHERE reader = @reader AND position < @position",
            ("reader", name),
            ("position", position)), cancel);
        (_saved, _savedAt) = (position, store.Clock.GetTimestamp());
    }
}
