using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Wigwag.Bench.Load;

namespace Wigwag.Bench.Machine;

/// <summary>What the disk itself takes: the floor of everything durable.</summary>
internal static class Disk
{
    /// <summary>One after another: 4 KiB appended to a file, then fdatasync.</summary>
    public static Percentiles Append(string folder, TimeSpan duration)
    {
        var path = Path.Combine(folder, "append");
        var latencies = new Latencies(100_000);
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            var page = new byte[4096];
            var start = Stopwatch.GetTimestamp();
            for (var i = 0L; Stopwatch.GetElapsedTime(start) < duration; i++)
            {
                var before = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, page, i * page.Length);
                RandomAccess.FlushToDisk(file);
                latencies.Record(Stopwatch.GetTimestamp() - before);
            }
        }
        File.Delete(path);
        return latencies.Percentiles();
    }

    /// <summary>The file system that a folder lies on, and its device: <c>ext4 on /dev/vda</c>.</summary>
    public static string Of(string folder)
    {
        var mounts = File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).Where(mount => Path.GetFullPath(folder).StartsWith(mount[1], StringComparison.Ordinal));
        return mounts.MaxBy(mount => mount[1].Length) is [var device, _, var kind, ..] ? $"{kind} on {device}" : "unknown";
    }
}
