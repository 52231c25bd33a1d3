using System.Globalization;

namespace Wigwag.Bench.Machine;

/// <summary>What the kernel says of a process now.</summary>
/// <param name="RssMegabytes">Resident, pages shared with other processes included.</param>
/// <param name="PrivateDirtyMegabytes">What the kernel cannot take back without swap.</param>
/// <param name="CpuSeconds">Used since it began, in user and kernel.</param>
internal sealed record ProcessFigures(double RssMegabytes, double PrivateDirtyMegabytes, double CpuSeconds)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    public static ProcessFigures Of(int process)
    {
        var memory = File.ReadLines($"/proc/{process}/smaps_rollup").ToList();
        // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
        var fields = File.ReadAllText($"/proc/{process}/stat") is var stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : [];
        return new(Megabytes("Rss:"), Megabytes("Private_Dirty:"), (Ticks(11) + Ticks(12)) / TicksPerSecond);

        double Megabytes(string name) => double.Parse(
            memory.Single(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        double Ticks(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture);
    }
}
