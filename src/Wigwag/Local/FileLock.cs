using System.Diagnostics;

namespace Wigwag.Program.Local;

/// <summary>A lock that one process holds on a file of this user's alone, and that the kernel takes back when the process ends in any way.</summary>
internal static class FileLock
{
    /// <summary>The lock, or null when another process still holds it after <paramref name="patience"/>.</summary>
    public static FileStream? Take(string path, TimeSpan patience)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 1,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
            {
                if (Stopwatch.GetElapsedTime(started) >= patience)
                {
                    return null;
                }
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>True when some process holds the lock now.</summary>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var held = Take(path, TimeSpan.Zero);
        return held is null;
    }
}
