using System.Runtime.InteropServices;
using System.Text;

namespace Wigwag.Storage.Files;

/// <summary>Whose a file is, and what it is; of a link, what it leads to.</summary>
/// <param name="User">The id of the user who owns it.</param>
/// <param name="Mode">Its type and permissions, as <c>st_mode</c>.</param>
public readonly partial record struct FileStatus(int User, int Mode)
{
    private const int TypeMask = 0xF000, Regular = 0x8000, Directory = 0x4000;

    public bool IsRegular => (Mode & TypeMask) == Regular;

    public bool IsDirectory => (Mode & TypeMask) == Directory;

    /// <summary>True when others than its owner may do something with it.</summary>
    public bool IsOpenToOthers => (Mode & 0x3F) != 0;

    /// <summary>The status of a path, or null when nothing is there, or the system does not say.</summary>
    public static unsafe FileStatus? Of(string path)
    {
        const int here = -100; // AT_FDCWD: a relative path is relative to the working directory
        var bytes = stackalloc byte[256];
        try
        {
            fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            {
                // statx and the stat of macOS have one layout on every processor.
                return OperatingSystem.IsLinux()
                    ? StatX(here, name, 0, 0x1 | 0x2 | 0x8, bytes) == 0 ? new(*(int*)(bytes + 20), *(ushort*)(bytes + 28)) : null
                    : (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? Stat64(name, bytes) : Stat(name, bytes)) == 0
                        ? new(*(int*)(bytes + 16), *(ushort*)(bytes + 4)) : null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null; // musl before 1.2.5
        }
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static unsafe partial int StatX(int folder, byte* path, int flags, uint mask, byte* into);

    [LibraryImport("libc", EntryPoint = "stat")]
    private static unsafe partial int Stat(byte* path, byte* into);

    [LibraryImport("libc", EntryPoint = "stat$INODE64")]
    private static unsafe partial int Stat64(byte* path, byte* into);
}
