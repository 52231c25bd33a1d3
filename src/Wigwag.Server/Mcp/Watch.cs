using Wigwag.Core.Feed;
using Wigwag.Core.Operations;

namespace Wigwag.Server.Mcp;

/// <summary>
/// The resources that one client watches. Events mark them; the client is told of each marked one once, however many events there
/// were, so that a slow client costs one mark a resource and nothing more.
/// </summary>
internal sealed class Watch : IAsyncDisposable
{
    /// <summary>How many resources one client may watch.</summary>
    public const int Limit = 200;

    private readonly Caller _caller;
    private readonly Func<string, CancellationToken, Task<bool>> _tell;
    private readonly Action<Watch> _ended;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop;
    private readonly Task _telling;
    private bool _connected;
    private int _connections;
    private bool _isOver;

    /// <param name="caller">Whose eyes it has.</param>
    /// <param name="tell">Tells the client that the resource of an address may have changed, once it is connected; false when it cannot be told now.</param>
    /// <param name="ended">Called once nobody watches any more.</param>
    /// <param name="stopping">Ends it.</param>
    public Watch(Caller caller, Func<string, CancellationToken, Task<bool>> tell, Action<Watch> ended, CancellationToken stopping)
    {
        (_caller, _tell, _ended) = (caller, tell, ended);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _telling = Tell(_stop.Token);
    }

    /// <summary>Ends when the watch does.</summary>
    public Task Telling => _telling;

    /// <summary>Watches one more; false when it has its limit.</summary>
    public bool Add(string uri)
    {
        lock (_lock)
        {
            return _watched.Contains(uri) || (_watched.Count < Limit && _watched.Add(uri));
        }
    }

    public void Remove(string uri)
    {
        lock (_lock)
        {
            _watched.Remove(uri);
            _changed.Remove(uri);
        }
    }

    /// <summary>The client can be told from now on.</summary>
    /// <param name="missed">What it may have missed although it was told; null when that may be anything it watches.</param>
    public void Connect(IReadOnlyCollection<string>? missed)
    {
        lock (_lock)
        {
            _connected = true;
            _connections++;
            _changed.UnionWith(missed is null ? _watched : missed.Where(_watched.Contains));
            Wake();
        }
    }

    /// <summary>The client cannot be told until it connects again.</summary>
    public void Disconnect()
    {
        lock (_lock)
        {
            _connected = false;
        }
    }

    /// <summary>Marks what an event may have changed, as far as this caller may know of it.</summary>
    public void Note(Event e)
    {
        if (!e.MayKnow(_caller))
        {
            return;
        }
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }
            foreach (var uri in _watched)
            {
                if (!_changed.Contains(uri) && ResourceShape.TryFind(uri, out var shape, out var name) && shape.Concerns(e, name, _caller))
                {
                    _changed.Add(uri);
                }
            }
            Wake();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }
            _isOver = true;
        }
        _ended(this);
        await _stop.CancelAsync();
        await _telling;
        _stop.Dispose();
    }

    private async Task Tell(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(cancel);
                while (Next(out var connection) is { } uri)
                {
                    if (!await _tell(uri, cancel))
                    {
                        Missed(uri, connection);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone, or its session ended.
        }
    }

    // It waits until the client connects again, if it has not meanwhile.
    private void Missed(string uri, int connection)
    {
        lock (_lock)
        {
            if (_watched.Contains(uri))
            {
                _changed.Add(uri);
            }
            _connected &= connection != _connections;
        }
    }

    private string? Next(out int connection)
    {
        lock (_lock)
        {
            connection = _connections;
            if (!_connected || _changed.Count == 0)
            {
                return null;
            }
            var uri = _changed.First();
            _changed.Remove(uri);
            return uri;
        }
    }

    private void Wake()
    {
        if (_connected && _changed.Count > 0 && _wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }
}
