using Wigwag.Client;

namespace Wigwag.Faults.Harness;

/// <summary>A reader of the event stream that outlives the servers it reads from: over the socket, which stays where it is.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly WigwagClient _client;
    private readonly Task _reading;
    private readonly List<string> _subjects = [];

    public Follower(string home, string kind)
    {
        _client = new(new() { Socket = Path.Combine(home, "wigwag.sock") });
        _reading = Read(kind);
    }

    /// <summary>The subjects of the events it was told, in the order in which it was.</summary>
    public async Task<IReadOnlyList<string>> Until(int count)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (Count < count && !_reading.IsCompleted && TimeProvider.System.GetElapsedTime(since) < ServerProcess.Patience)
        {
            await Task.Delay(20);
        }
        await _enough.CancelAsync();
        await _reading;
        return _subjects;
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _reading;
        _client.Dispose();
        _enough.Dispose();
    }

    private int Count
    {
        get
        {
            lock (_subjects)
            {
                return _subjects.Count;
            }
        }
    }

    private async Task Read(string kind)
    {
        try
        {
            await foreach (var told in _client.Events(new() { Projects = ["*"], Kinds = [kind], After = "0" }, _enough.Token))
            {
                lock (_subjects)
                {
                    _subjects.Add(told.Value.Event.Subject);
                }
            }
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
            // It has read enough.
        }
    }
}
