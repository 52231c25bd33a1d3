using System.Diagnostics;

namespace Wigwag.Bench.Load;

/// <summary>What a run's requests took, in milliseconds; no number for one that no request was made for.</summary>
internal sealed record Percentiles(int Count, double P50, double P99, double P999, double Most);

/// <summary>Records every latency of a run as it is, from any number of threads; nothing is rounded into buckets.</summary>
internal sealed class Latencies(int most)
{
    private readonly long[] _ticks = new long[most];
    private int _count;

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    public void Record(long ticks)
    {
        var place = Interlocked.Increment(ref _count) - 1;
        if (place < most)
        {
            _ticks[place] = ticks;
        }
    }

    public int Count => Math.Min(_count, most);

    public Percentiles Percentiles()
    {
        var sorted = _ticks.AsSpan(0, Count).ToArray();
        Array.Sort(sorted);
        return new(Count, At(0.5), At(0.99), At(0.999), At(1));

        double At(double share) => sorted.Length == 0 ? double.NaN : Milliseconds(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
    }

    public static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
