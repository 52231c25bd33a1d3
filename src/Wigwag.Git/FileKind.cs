using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

[assembly: DisableRuntimeMarshalling]
[assembly: UnsupportedOSPlatform("windows")]

namespace Wigwag.Git;

/// <summary>What a path or an open file is.</summary>
internal enum FileKind
{
    Missing,
    Regular,
    Folder,
    /// <summary>Opening it waits for a writer.</summary>
    Fifo,
    /// <summary>Reading it may never end.</summary>
    Device,
    Socket,
}

/// <summary>Asks the kernel, because the class library calls all but folders a file.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int HandleItself = 0x1000; // AT_EMPTY_PATH
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int ModeInStatx = 28;
    private const int ModeInMacStat = 4;
    private const int BufferBytes = 256;

    /// <summary>What a path leads to, links followed. Opens nothing.</summary>
    public static FileKind Of(string path)
    {
        var buffer = stackalloc byte[BufferBytes];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return OperatingSystem.IsLinux()
                ? Read(statx(CurrentDirectory, name, 0, TypeOnly, buffer), buffer + ModeInStatx)
                : Read(IsArm ? stat(name, buffer) : stat64(name, buffer), buffer + ModeInMacStat);
        }
    }

    /// <summary>What was opened.</summary>
    public static FileKind Of(SafeFileHandle file)
    {
        var buffer = stackalloc byte[BufferBytes];
        byte empty = 0;
        var descriptor = (int)file.DangerousGetHandle();
        return OperatingSystem.IsLinux()
            ? Read(statx(descriptor, &empty, HandleItself, TypeOnly, buffer), buffer + ModeInStatx)
            : Read(IsArm ? fstat(descriptor, buffer) : fstat64(descriptor, buffer), buffer + ModeInMacStat);
    }

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static FileKind Read(int result, byte* mode) => result != 0 ? FileKind.Missing : (*(ushort*)mode & 0xf000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0x1000 => FileKind.Fifo,
        0xc000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    [LibraryImport("libc")]
    private static partial int statx(int folder, byte* path, int flags, uint mask, byte* into);

    [LibraryImport("libc")]
    private static partial int stat(byte* path, byte* into);

    [LibraryImport("libc")]
    private static partial int fstat(int descriptor, byte* into);

    // The names that these have on Macs with Intel processors.
    [LibraryImport("libc", EntryPoint = "stat$INODE64")]
    private static partial int stat64(byte* path, byte* into);

    [LibraryImport("libc", EntryPoint = "fstat$INODE64")]
    private static partial int fstat64(int descriptor, byte* into);
}
