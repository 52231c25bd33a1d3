using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Wigwag.Program.Local;

namespace Wigwag.Program.Transport;

/// <summary>
/// This user's own server, over its Unix socket: one request, one connection, HTTP/1.1. The class library's HTTP client adds
/// 47 ms to a process of 24, and its Socket 13; this adds one.
/// </summary>
internal sealed class LocalServer(string socket) : IServer
{
    public string Name => "the local server";

    /// <summary>True when somebody listens.</summary>
    public bool Listens()
    {
        try
        {
            using var connection = Connect(TimeSpan.FromSeconds(5));
            return connection is not null;
        }
        catch (UnreachableException)
        {
            // It has more connections waiting than it can take now.
            return true;
        }
    }

    /// <summary>The process that listens, or null when none does.</summary>
    public int? ProcessId()
    {
        using var connection = Connect(TimeSpan.FromSeconds(5));
        return connection is FileStream stream ? Libc.PeerProcessId((int)stream.SafeFileHandle.DangerousGetHandle()) : null;
    }

    public Reply Send(Call call, Identity identity)
    {
        using var connection = Connect(call.Patience) ?? throw new UnreachableException("The local server does not run.");
        try
        {
            Write(connection, call, identity);
            return HttpReply.Read(connection);
        }
        catch (IOException e) when (IsTimeout(e))
        {
            throw TooSlow(call.Patience, e);
        }
        catch (IOException e)
        {
            throw new UnreachableException("The local server broke off before it answered.", e);
        }
    }

    private static UnreachableException TooSlow(TimeSpan patience, Exception? e = null) =>
        new($"The local server runs and did not answer in {patience.TotalSeconds:0} s.", e) { IsSlow = true };

    private static bool IsTimeout(IOException e) => e.HResult == Libc.Eagain || e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut };

    private static void Write(Stream connection, Call call, Identity identity)
    {
        try
        {
            connection.Write(Head(call, identity));
            connection.Write(call.Body);
        }
        catch (IOException e) when (!IsTimeout(e))
        {
            // A server that has seen enough answers and closes before it has read all; its answer is there to be read.
        }
    }

    private static byte[] Head(Call call, Identity identity)
    {
        var head = new StringBuilder()
            .Append(call.Method).Append(' ').Append(call.Target).Append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        Header(head, "Wigwag-Agent", identity.Agent);
        Header(head, "Wigwag-Workspace", identity.Workspace);
        Header(head, "Wigwag-Session", identity.Session);
        Header(head, "Idempotency-Key", call.IdempotencyKey);
        if (call.Body.Length > 0 || call.Method is not ("GET" or "DELETE"))
        {
            Header(head, "Content-Type", call.ContentType);
            head.Append("Content-Length: ").Append(call.Body.Length).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    private static void Header(StringBuilder head, string name, string? value)
    {
        if (value is null)
        {
            return;
        }
        foreach (var c in value)
        {
            if (c < ' ')
            {
                throw Cli.Refusal.Usage($"{name} holds a control character.", "Remove it.");
            }
        }
        head.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    private Stream? Connect(TimeSpan patience)
    {
        if (!OperatingSystem.IsLinux())
        {
            return ConnectAnywhere(patience);
        }
        var descriptor = Libc.ConnectUnix(Encoding.UTF8.GetBytes(socket), patience);
        if (descriptor < 0)
        {
            return descriptor == Libc.NotInTime ? throw TooSlow(patience) : null;
        }
        if (Libc.PeerUserId(descriptor) != Libc.UserId)
        {
            Libc.Close(descriptor);
            throw new Cli.Refusal(Core.Operations.Error.Forbidden(
                "foreign_server", $"The server at {socket} belongs to another user.", "Set WIGWAG_HOME to a directory of your own."));
        }
        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
    }

    private NetworkStream? ConnectAnywhere(TimeSpan patience)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)patience.TotalMilliseconds };
        try
        {
            connection.Connect(new UnixDomainSocketEndPoint(socket));
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }
    }
}
