using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wigwag.Bench.Load;

/// <summary>One HTTP/1.1 connection that is kept alive: writes a request, reads its answer, and costs next to nothing beside the server.</summary>
internal sealed class Wire : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _headers;
    private byte[] _buffer = new byte[16 * 1024];

    /// <param name="server">Where it listens.</param>
    /// <param name="token">An agent's key, or null where none is asked for.</param>
    public Wire(Uri server, string? token = null)
    {
        _headers = $"Host: {server.Authority}\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}";
        _socket.Connect(IPAddress.Parse(server.Host), server.Port);
    }

    /// <summary>Posts JSON; the body of the answer, until the next request.</summary>
    /// <exception cref="InvalidOperationException">The answer is no success.</exception>
    public ReadOnlySpan<byte> Post(string path, string json, string? idempotencyKey = null) => Exchange(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\n{_headers}{(idempotencyKey is null ? "" : $"Idempotency-Key: {idempotencyKey}\r\n")}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    /// <inheritdoc cref="Post"/>
    public ReadOnlySpan<byte> Get(string path) => Exchange($"GET {path} HTTP/1.1\r\n{_headers}\r\n");

    /// <summary>Asks for an event stream and hands its connection over once the stream has begun.</summary>
    public static async Task<Socket> Stream(Uri server, string path, string? token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port);
        var request = $"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\nAccept: text/event-stream\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var head = new byte[2048];
        var read = await socket.ReceiveAsync(head);
        return Encoding.ASCII.GetString(head, 0, read) is var text && text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)
            ? socket
            : throw new InvalidOperationException($"GET {path}: {text}");
    }

    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Exchange(string request)
    {
        _socket.Send(Encoding.UTF8.GetBytes(request));
        var have = 0;
        int head;
        while ((head = _buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0)
        {
            have += Receive(have);
        }
        var (body, length) = (head + 4, Length(_buffer.AsSpan(0, head)));
        if (_buffer.Length < body + length)
        {
            Array.Resize(ref _buffer, body + length);
        }
        while (have < body + length)
        {
            have += Receive(have);
        }
        return _buffer.AsSpan(9, 1)[0] == '2'
            ? _buffer.AsSpan(body, length)
            : throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer, 0, have));
    }

    private int Receive(int at) => _socket.Receive(_buffer.AsSpan(at)) is > 0 and var read ? read : throw new IOException("The server closed the connection.");

    private static int Length(ReadOnlySpan<byte> head)
    {
        var name = "Content-Length: "u8;
        var at = head.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _)
            ? length
            : throw new InvalidOperationException($"The answer does not say its length: {Encoding.UTF8.GetString(head)}");
    }
}
