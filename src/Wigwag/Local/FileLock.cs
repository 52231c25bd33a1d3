using System.Diagnostics;
using Wigwag.Core.Operations;
using Wigwag.Program.Cli;

namespace Wigwag.Program.Local;

/// <summary>A lock that one process holds on a file of this user's alone, and that the kernel takes back when the process ends in any way.</summary>
internal static class FileLock
{
    // EWOULDBLOCK, which the class library's exception carries as it came.
    private static readonly int Held = OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>The lock, or null when another process still holds it after <paramref name="patience"/>.</summary>
    /// <exception cref="Refusal">Nothing can be written where it lies.</exception>
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
            catch (IOException e) when (e.HResult == Held)
            {
                if (Stopwatch.GetElapsedTime(started) >= patience)
                {
                    return null;
                }
                Thread.Sleep(20);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                throw new Refusal(Error.Unavailable(
                    "home_not_writable",
                    $"{Path.GetDirectoryName(path)} cannot be written: {e.Message.TrimEnd('.')}.",
                    "See that it is there and this user's, and that its disk is neither full nor mounted read-only; or set WIGWAG_HOME to another directory."));
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
        try
        {
            using var held = Take(path, TimeSpan.Zero);
            return held is null;
        }
        catch (Refusal)
        {
            return false; // where nobody can write, no server works
        }
    }
}
