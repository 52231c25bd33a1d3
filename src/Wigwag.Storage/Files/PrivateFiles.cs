using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Wigwag.Storage.Files;

/// <summary>Files and folders that only their owner may read, whatever the umask, and that survive a power cut once synced.</summary>
internal static partial class PrivateFiles
{
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Makes the folder and its missing parents, 0700 and durable; one that exists is left as it is.</summary>
    public static void CreateFolder(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent)
        {
            return;
        }
        CreateFolder(parent);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, FolderMode);
        }
        SyncFolder(parent);
    }

    /// <summary>Opens a file for the one who makes it, 0600 when it is new.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access = FileAccess.ReadWrite, FileShare share = FileShare.None)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != System.IO.FileMode.Open)
        {
            options.UnixCreateMode = FileMode;
        }
        return new(path, options);
    }

    /// <summary>
    /// Makes the names in a folder durable: what was created, renamed or deleted in it. A folder that its user may not list, or on a file
    /// system that knows no such thing, is as durable as it will be.
    /// </summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names by itself.
        }
        var folder = OpenForReading(path, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        if (folder < 0)
        {
            if (Marshal.GetLastPInvokeError() == PermissionDenied)
            {
                return;
            }
            throw Failed("open", path);
        }
        try
        {
            if (Sync(folder) != 0 && Marshal.GetLastPInvokeError() != NotSupported)
            {
                throw Failed("fsync", path);
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    /// <summary>Makes a finished file durable under its final name, in one step.</summary>
    public static void Publish(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Flushes a file's bytes to the disk.</summary>
    public static void SyncFile(string path)
    {
        using var file = Open(path, System.IO.FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The first line or so of a file that another process has locked; empty when it cannot be had.</summary>
    public static string Peek(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return ""; // locks are mandatory there
        }
        // Past FileStream, which asks for a lock of its own.
        var descriptor = OpenForReading(path, OperatingSystem.IsLinux() ? CloseOnExec : 0);
        if (descriptor < 0)
        {
            return "";
        }
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        Span<byte> bytes = stackalloc byte[64];
        return System.Text.Encoding.ASCII.GetString(bytes[..RandomAccess.Read(file, bytes, 0)]);
    }

    /// <summary>Gives a file a second name, so that replacing the first keeps it.</summary>
    public static void Link(string path, string another)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Copy(path, another);
        }
        else if (MakeLink(path, another) != 0)
        {
            throw Failed("link", path);
        }
    }

    private const int CloseOnExec = 0x80000;
    private const int PermissionDenied = 13; // EACCES
    private const int NotSupported = 22; // EINVAL

    private static IOException Failed(string call, string path) =>
        new($"{call} of {path} failed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenForReading(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeLink(string path, string another);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
