using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wigwag.Storage.Sqlite;

/// <summary>
/// The machine's clock, with timestamps that go on while it sleeps, as those of <see cref="Stopwatch"/> do not: what the wall gained
/// meanwhile is time that passed, and no step.
/// </summary>
internal sealed unsafe class MachineClock : TimeProvider
{
    public static readonly MachineClock Instance = new();

    // CLOCK_BOOTTIME of Linux, CLOCK_MONOTONIC_RAW of macOS.
    private static readonly int Clock = OperatingSystem.IsMacOS() ? 4 : 7;

    // As the runtime finds what it reads the wall by: whoever puts another clock before libc's puts it before both.
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, Timespec*, int> GetTime =
        (delegate* unmanaged[SuppressGCTransition]<int, Timespec*, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "clock_gettime");

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp()
    {
        Timespec time;
        return GetTime(Clock, &time) == 0
            ? (time.Seconds * TimestampFrequency) + time.Nanoseconds
            : throw new InvalidOperationException($"The machine has no clock {Clock}.");
    }
}
