using System.Diagnostics;

namespace Wigwag.Bench.Servers;

/// <summary>The bare server of <c>benchmarks/Kestrel</c> in a process of its own.</summary>
internal sealed class BareKestrel : IDisposable
{
    private readonly Process _process;

    private BareKestrel(Process process, Uri address, TimeSpan readyAfter) => (_process, Address, ReadyAfter) = (process, address, readyAfter);

    public Uri Address { get; }

    /// <summary>From the start of the process until it said where it listens.</summary>
    public TimeSpan ReadyAfter { get; }

    public int Id => _process.Id;

    public static BareKestrel Start(Programs programs)
    {
        var before = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(programs.Kestrel) { RedirectStandardOutput = true })!;
        var address = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The bare server ended.");
        return new(process, new Uri(address), Stopwatch.GetElapsedTime(before));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
