using System.Diagnostics;
using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace Wigwag.Bench.Load;

/// <summary>Waits for a point in time without burning a core that the server needs, to within some 20 µs.</summary>
internal static unsafe partial class Pace
{
    private const int SetTimerSlack = 29; // PR_SET_TIMERSLACK
    private const long Slack = 1000;

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>Lets this thread wake when it asks to; the kernel otherwise adds 50 µs. For each thread that waits.</summary>
    public static void Sharpen() => _ = prctl(SetTimerSlack, Slack, 0, 0, 0);

    /// <param name="time">A timestamp of <see cref="Stopwatch"/>.</param>
    public static void WaitUntil(long time)
    {
        while (time - Stopwatch.GetTimestamp() is > 0 and var left)
        {
            var nanoseconds = (long)(left * (1e9 / Stopwatch.Frequency));
            var span = new Timespec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
            _ = nanosleep(&span, null);
        }
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, long a, long b, long c, long d);

    [LibraryImport("libc")]
    private static partial int nanosleep(Timespec* wanted, Timespec* left);
}
