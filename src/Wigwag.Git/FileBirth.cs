using System.Globalization;
using System.Runtime.InteropServices;

namespace Wigwag.Git;

/// <summary>What tells a file from every copy of it: its number and the time when it was made, which nothing sets.</summary>
internal static partial class FileBirth
{
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const int NotThroughLinks = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint Wanted = 0x100 | 0x800; // STATX_INO, STATX_BTIME

    /// <summary>The file's, as text without spaces; the same as long as it is this file, wherever in its file system it is moved.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static string Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return StatX(WorkingDirectory, path, NotThroughLinks, Wanted, out var found) == 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{found.Inode}:{found.BirthSeconds}.{found.BirthNanoseconds}")
                    : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
            catch (EntryPointNotFoundException)
            {
                return "0"; // A C library from before statx: its secrets are not told from copies, which have another place.
            }
        }
        return File.GetCreationTimeUtc(path).Ticks.ToString(CultureInfo.InvariantCulture);
    }

    // The kernel's struct statx, the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Facts
    {
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(80)]
        public long BirthSeconds;
        [FieldOffset(88)]
        public uint BirthNanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint wanted, out Facts facts);
}
