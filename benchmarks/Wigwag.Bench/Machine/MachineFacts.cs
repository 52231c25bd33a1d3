using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Wigwag.Bench.Machine;

/// <summary>Where and of what figures were taken.</summary>
internal static class MachineFacts
{
    public static IEnumerable<(string Name, string Value)> Read(string folder)
    {
        yield return ("date", DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        yield return ("commit", Commit());
        yield return ("machine", $"{Environment.ProcessorCount} cores of {Processor()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30)} GiB, load {LoadNow()} at the start");
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        yield return ("disk", Disk.Of(folder));
    }

    /// <summary>How many descriptors this process, and the servers that it starts, may have.</summary>
    public static int Descriptors() => int.Parse(
        File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))["Max open files".Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
        CultureInfo.InvariantCulture);

    private static string Processor() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        ?? RuntimeInformation.OSArchitecture.ToString();

    private static string LoadNow() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Commit() => Git("rev-parse", "--short", "HEAD") is { Length: > 0 } commit
        ? commit + (Git("status", "--porcelain", "--", "src") is { Length: > 0 } ? " with changes" : "")
        : "unknown";

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return git.ExitCode == 0 ? said : "";
    }
}
