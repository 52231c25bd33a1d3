using System.Net.Sockets;
using Wigwag.Core.Operations;

namespace Wigwag.Server;

/// <summary>The place of the server's Unix socket.</summary>
internal static class UnixSocket
{
    /// <summary>Makes the directory for the server's user alone, and removes a socket that a killed server left; an error when another one listens.</summary>
    public static Error? Prepare(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        if (IsAnswered(path))
        {
            return Error.Conflict("cannot_listen", $"Another server listens on {path}.", "Stop it, or choose another WIGWAG_HOME.");
        }
        File.Delete(path);
        return null;
    }

    private static bool IsAnswered(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
