using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

[assembly: DisableRuntimeMarshalling]
[assembly: UnsupportedOSPlatform("windows")]

namespace Wigwag.Program.Local;

/// <summary>
/// The few system calls that the class library has no short way to. Every signature is blittable, so that calling one compiles
/// nothing at start-up: a command is as fast as its first milliseconds.
/// </summary>
internal static unsafe partial class Libc
{
    public const int Sigterm = 15;
    public const int Sigkill = 9;

    private const int SolSocket = 1;
    private const int PeerCredentials = 17;
    private const int ReceiveTimeout = 20;
    private const int SendTimeout = 21;

    /// <summary>The error of a read or a write that took longer than it may.</summary>
    public const int Eagain = 11;

    /// <summary>What <see cref="ConnectUnix"/> answers when somebody listens and takes no connection in time.</summary>
    public const int NotInTime = -2;

    private const int Eintr = 4;
    private const int CloseOnExec = 0x80000;

    /// <summary>True when the descriptor is a terminal.</summary>
    public static bool IsTerminal(int descriptor) => isatty(descriptor) == 1;

    /// <summary>The user this process runs as.</summary>
    public static int UserId => (int)geteuid();

    /// <summary>Width of the terminal in columns, or <paramref name="otherwise"/> when it does not say.</summary>
    public static int TerminalColumns(int otherwise)
    {
        const nuint getWindowSize = 0x5413;
        var size = stackalloc ushort[4];
        return ioctl(1, getWindowSize, size) == 0 && size[1] > 0 ? size[1] : otherwise;
    }

    /// <summary>The error of a write whose reader has gone.</summary>
    public const int Epipe = 32;

    /// <summary>Writes all of <paramref name="bytes"/>; 0, or the error that kept it from it.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        // Not a FileStream: on a file that several commands share, it would write at an offset of its own and overwrite.
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var written = write(descriptor, start + done, (nuint)(bytes.Length - done));
                if (written < 0)
                {
                    var error = Marshal.GetLastSystemError();
                    if (error == Eagain)
                    {
                        UntilWritable(descriptor);
                    }
                    else if (error != Eintr)
                    {
                        return error;
                    }
                    continue;
                }
                done += (int)written;
            }
        }
        return 0;
    }

    // Whoever made the descriptor made it non-blocking, as some shells and test runners do.
    private static void UntilWritable(int descriptor)
    {
        const long writable = 4L << 32;
        var asked = writable | (uint)descriptor;
        _ = poll(&asked, 1, -1);
    }

    /// <summary>A connection to the Unix socket at <paramref name="path"/> on Linux, -1 when nobody listens there, or <see cref="NotInTime"/>.</summary>
    public static int ConnectUnix(ReadOnlySpan<byte> path, TimeSpan patience)
    {
        const int pathOffset = 2;
        const int addressBytes = 110;
        var address = stackalloc byte[addressBytes];
        new Span<byte>(address, addressBytes).Clear();
        *(short*)address = 1;
        path.CopyTo(new Span<byte>(address + pathOffset, addressBytes - pathOffset - 1));
        var descriptor = socket(1, 1 | CloseOnExec, 0);
        if (descriptor < 0)
        {
            return -1;
        }
        var seconds = stackalloc long[2];
        (seconds[0], seconds[1]) = ((long)patience.TotalSeconds, 0);
        _ = setsockopt(descriptor, SolSocket, ReceiveTimeout, seconds, 16);
        // Connecting waits too, while more connections wait to be taken than the listener allows.
        _ = setsockopt(descriptor, SolSocket, SendTimeout, seconds, 16);
        if (connect(descriptor, address, addressBytes) == 0)
        {
            return descriptor;
        }
        var failed = Marshal.GetLastSystemError() == Eagain ? NotInTime : -1;
        _ = close(descriptor);
        return failed;
    }

    /// <summary>The user that the process at the other end of a Unix socket runs as (Linux).</summary>
    public static int PeerUserId(int descriptor) => Peer(descriptor).User;

    /// <summary>The process at the other end of a Unix socket (Linux): who made the listening socket.</summary>
    public static int PeerProcessId(int descriptor) => Peer(descriptor).Process;

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>How many descriptors this process may have open; <see cref="long.MaxValue"/> when there is no limit.</summary>
    public static long MostOpenFiles()
    {
        var limit = stackalloc ulong[2];
        return getrlimit(OperatingSystem.IsMacOS() ? 8 : 7, limit) == 0 && limit[0] <= long.MaxValue ? (long)limit[0] : long.MaxValue;
    }

    /// <summary>Leaves the terminal's session, so that closing it does not end this process.</summary>
    public static void StartSession() => _ = setsid();

    /// <summary>Files and sockets made from now on are for this user alone.</summary>
    public static void KeepFilesPrivate() => _ = umask(0b111_111);

    /// <summary>Sends a signal; false when there is no such process or it is not ours. Signal 0 only asks.</summary>
    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    private static (int Process, int User) Peer(int descriptor)
    {
        var credentials = stackalloc int[3];
        var length = 12;
        return getsockopt(descriptor, SolSocket, PeerCredentials, credentials, &length) == 0 ? (credentials[0], credentials[1]) : (-1, -1);
    }

    /// <summary>All of a file, or null when it cannot be read. The class library's way compiles a method and takes 3 ms more.</summary>
    public static byte[]? ReadFile(string name)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var descriptor = open(path, CloseOnExec);
            var bytes = descriptor < 0 ? null : ReadAll(descriptor);
            _ = descriptor < 0 ? 0 : close(descriptor);
            return bytes;
        }
    }

    /// <summary>All of standard input, which may be a file, a pipe or a socket.</summary>
    /// <param name="most">Where to stop reading.</param>
    public static byte[] ReadStandardInput(int most = int.MaxValue) => ReadAll(0, most) ?? throw new IOException("Standard input cannot be read.");

    private static byte[]? ReadAll(int descriptor, int most = int.MaxValue)
    {
        var bytes = new byte[32 * 1024];
        var length = 0;
        while (length < most)
        {
            nint got;
            fixed (byte* into = bytes)
            {
                got = read(descriptor, into + length, (nuint)(bytes.Length - length));
            }
            if (got <= 0)
            {
                return got < 0 ? null : bytes[..length];
            }
            length += (int)got;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, length * 2);
            }
        }
        return bytes[..most];
    }

    /// <summary>The name of this machine.</summary>
    public static string HostName()
    {
        var name = stackalloc byte[256];
        return gethostname(name, 255) == 0 ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)) : "localhost";
    }

    /// <summary>The directory that this process stands in.</summary>
    public static string CurrentDirectory()
    {
        var path = stackalloc byte[4096];
        return getcwd(path, 4096) is not null
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path))
            : Environment.CurrentDirectory;
    }

    /// <summary>Puts a folder's names on disk, so that a file made in it is found after a power cut.</summary>
    public static void SyncFolder(string folder)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(folder + '\0'))
        {
            var descriptor = open(path, 0);
            if (descriptor < 0 || fsync(descriptor) != 0)
            {
                throw new IOException($"{folder} cannot be synced to disk (error {Marshal.GetLastSystemError()}).");
            }
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, byte* into, nuint count);

    [LibraryImport("libc")]
    private static partial int gethostname(byte* name, nuint length);

    [LibraryImport("libc")]
    private static partial byte* getcwd(byte* path, nuint length);

    [LibraryImport("libc")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc")]
    private static partial int poll(long* asked, nuint count, int milliseconds);

    [LibraryImport("libc")]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int connect(int descriptor, byte* address, int length);

    [LibraryImport("libc")]
    private static partial int setsockopt(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc")]
    private static partial int getsockopt(int descriptor, int level, int option, void* value, int* length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, ulong* limit);

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
