using Wigwag.Core.Operations;
using Wigwag.Core.Store;

namespace Wigwag.Storage.Sharing;

/// <summary>
/// Lends a number of places, such as connections that read. No credential has more than its share of them at once, and those who wait
/// take turns by credential, so that one who asks for a thousand things waits for its own and not before the others.
/// </summary>
internal sealed class FairShare
{
    private readonly int _places;
    private readonly int _share;
    private readonly TimeSpan _patience;
    private readonly string _what;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    // The lines in which somebody waits, the next to be served first.
    private readonly Queue<Line> _turns = new();
    private int _free;

    /// <param name="places">How many there are.</param>
    /// <param name="share">How many of them one credential has at most.</param>
    /// <param name="patience">How long one waits for a place.</param>
    /// <param name="what">What is lent, for the refusal.</param>
    public FairShare(int places, int share, TimeSpan patience, string what) =>
        (_places, _share, _patience, _what, _free) = (places, share, patience, what, places);

    /// <summary>Those of one credential.</summary>
    private sealed class Line(string name, int most)
    {
        public string Name => name;

        public int Most => most;

        public int Inside { get; set; }

        public Queue<TaskCompletionSource> Waiting { get; } = new();
    }

    /// <summary>How many places are free.</summary>
    public int Free
    {
        get
        {
            lock (_lock)
            {
                return _free;
            }
        }
    }

    /// <summary>Takes a place, at once or in turn; give it back with <see cref="Leave"/>.</summary>
    /// <exception cref="TooManyAtOnceException">The caller's share stayed in use.</exception>
    /// <exception cref="StoreUnavailableException">All places stayed in use.</exception>
    public ValueTask Enter(Caller caller, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        TaskCompletionSource place;
        lock (_lock)
        {
            var line = LineOf(caller);
            if (_free > 0 && line.Inside < line.Most && line.Waiting.Count == 0)
            {
                (line.Inside, _free) = (line.Inside + 1, _free - 1);
                return ValueTask.CompletedTask;
            }
            place = new(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Waiting.Enqueue(place);
            if (line.Waiting.Count == 1)
            {
                _turns.Enqueue(line);
            }
            Serve(); // of those before it some may have gone
        }
        return Wait(caller, place, cancel);
    }

    public void Leave(Caller caller)
    {
        lock (_lock)
        {
            var line = LineOf(caller);
            (line.Inside, _free) = (line.Inside - 1, _free + 1);
            Forget(line);
            Serve();
        }
    }

    private async ValueTask Wait(Caller caller, TaskCompletionSource place, CancellationToken cancel)
    {
        try
        {
            await place.Task.WaitAsync(_patience, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!place.TrySetCanceled(CancellationToken.None))
            {
                if (e is TimeoutException)
                {
                    return; // its turn came at the same moment
                }
                Leave(caller);
            }
            cancel.ThrowIfCancellationRequested();
            throw HasItsShare(caller)
                ? new TooManyAtOnceException($"this key's share of {_what} was in use for {_patience.TotalSeconds:0.###} s.")
                : new StoreUnavailableException($"every one of {_what} was in use for {_patience.TotalSeconds:0.###} s.");
        }
    }

    private bool HasItsShare(Caller caller)
    {
        lock (_lock)
        {
            var line = LineOf(caller);
            var hasIt = line.Inside >= line.Most && _free > 0;
            Forget(line);
            return hasIt;
        }
    }

    // Each line that waits is looked at once; one that has its share keeps its turn for later.
    private void Serve()
    {
        for (var lines = _turns.Count; lines > 0 && _free > 0; lines--)
        {
            var line = _turns.Dequeue();
            while (line.Inside < line.Most && line.Waiting.TryDequeue(out var place))
            {
                if (place.TrySetResult())
                {
                    (line.Inside, _free) = (line.Inside + 1, _free - 1);
                    break;
                }
            }
            while (line.Waiting.TryPeek(out var gone) && gone.Task.IsCompleted)
            {
                line.Waiting.Dequeue();
            }
            if (line.Waiting.Count > 0)
            {
                _turns.Enqueue(line);
                lines += line.Inside < line.Most ? 1 : 0;
            }
            else
            {
                Forget(line);
            }
        }
    }

    private Line LineOf(Caller caller)
    {
        var name = caller.Account;
        if (!_lines.TryGetValue(name, out var line))
        {
            _lines[name] = line = new(name, caller == Caller.System ? _places : _share);
        }
        return line;
    }

    private void Forget(Line line)
    {
        if (line.Inside == 0 && line.Waiting.Count == 0)
        {
            _lines.Remove(line.Name);
        }
    }
}
