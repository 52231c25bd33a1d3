using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wigwag.Security.Text;

/// <summary>A server elsewhere that keeps every byte it is sent, and answers with all of it.</summary>
internal sealed class Eavesdropper : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly StringBuilder _heard = new();
    private readonly string _status;

    public Eavesdropper(string status)
    {
        _status = status;
        _listener.Start();
        _ = Listen();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task Listen()
    {
        try
        {
            while (true)
            {
                _ = Answer(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was told to stop.
        }
    }

    private async Task Answer(TcpClient client)
    {
        using var held = client;
        await using var stream = client.GetStream();
        var request = new StringBuilder();
        var buffer = new byte[64 * 1024];
        // One request a connection: it is whole when what its head promises has come.
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            var piece = Encoding.Latin1.GetString(buffer, 0, count);
            request.Append(piece);
            lock (_heard)
            {
                _heard.Append(piece);
            }
            var text = request.ToString();
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var head and >= 0 && text.Length - head - 4 >= Length(text[..head]))
            {
                break;
            }
        }
        var said = request.ToString();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {_status}\r\nContent-Length: {said.Length}\r\nConnection: close\r\n\r\n{said}"));
    }

    private static int Length(string head) => head.Split("\r\n").Select(line => line.Split(": "))
        .Where(header => header[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
        .Select(header => int.Parse(header[1], System.Globalization.CultureInfo.InvariantCulture))
        .SingleOrDefault();
}
