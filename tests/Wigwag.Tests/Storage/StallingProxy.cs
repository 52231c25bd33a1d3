using System.Net;
using System.Net.Sockets;

namespace Wigwag.Tests.Storage;

/// <summary>Stands between a server and its database, and passes nothing on while it is told to stall: nobody is refused, nobody answered.</summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private volatile TaskCompletionSource _passes = Completed();

    /// <param name="target">The port on loopback that it passes on to.</param>
    /// <param name="port">Its own, or 0 for a free one.</param>
    public StallingProxy(int target, int port = 0)
    {
        (_target, _listener) = (target, new(IPAddress.Loopback, port));
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Stall() => _passes = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => _passes.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        GoOn();
        _listener.Stop();
        _stop.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = Join(await _listener.AcceptTcpClientAsync(_stop.Token), _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Join(TcpClient client, CancellationToken stop)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await _passes.Task.WaitAsync(stop);
                await server.ConnectAsync(IPAddress.Loopback, _target, stop);
                await Task.WhenAny(Pass(client, server, stop), Pass(server, client, stop));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The connection ends with the test.
            }
        }
    }

    private async Task Pass(TcpClient from, TcpClient to, CancellationToken stop)
    {
        var bytes = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, stop) is > 0 and var read)
            {
                await _passes.Task.WaitAsync(stop);
                await to.GetStream().WriteAsync(bytes.AsMemory(0, read), stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side is gone; the other goes with it.
        }
    }
}
