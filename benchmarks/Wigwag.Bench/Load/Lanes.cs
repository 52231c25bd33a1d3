using System.Diagnostics;

namespace Wigwag.Bench.Load;

/// <summary>
/// A number of clients, each a thread with a connection of its own, as so many agents are. What they do is synchronous: a client that
/// is no framework costs the least of the cores that it shares with the server.
/// </summary>
internal static class Lanes
{
    /// <summary>
    /// Open loop: request i is due at start + i / rate whether or not the one before was answered, and its latency counts from when it
    /// was due. A server that stalls is charged for every request that had to wait (no coordinated omission).
    /// </summary>
    /// <param name="lanes">Clients.</param>
    /// <param name="perSecond">Requests a second, of all together.</param>
    /// <param name="duration">How long requests become due.</param>
    /// <param name="send">Sends one request and waits for its answer: lane, number among all.</param>
    public static Percentiles Open(int lanes, double perSecond, TimeSpan duration, Action<int, int> send) =>
        Scheduled(lanes, Schedule(perSecond, (int)(perSecond * duration.TotalSeconds)), send);

    /// <summary>When each of so many requests is due.</summary>
    public static long[] Schedule(double perSecond, int count)
    {
        var start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20);
        return [.. Enumerable.Range(0, count).Select(i => start + (long)(i / perSecond * Stopwatch.Frequency))];
    }

    /// <summary>The open loop of <see cref="Open"/> over a schedule.</summary>
    public static Percentiles Scheduled(int lanes, long[] due, Action<int, int> send)
    {
        var latencies = new Latencies(due.Length);
        Run(lanes, lane =>
        {
            for (var i = lane; i < due.Length; i += lanes)
            {
                Pace.WaitUntil(due[i]);
                send(lane, i);
                latencies.Record(Stopwatch.GetTimestamp() - due[i]);
            }
        });
        return latencies.Percentiles();
    }

    /// <summary>Closed loop: each client sends as soon as it was answered; how many a second that makes. It says what the server can do, not how long anybody waits.</summary>
    public static double Closed(int lanes, TimeSpan duration, Action<int, int> send)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var counts = new int[lanes];
        Run(lanes, lane =>
        {
            var done = 0;
            while (Stopwatch.GetTimestamp() < end)
            {
                send(lane, (done * lanes) + lane);
                done++;
            }
            counts[lane] = done;
        });
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Run(int lanes, Action<int> work)
    {
        Exception? failure = null;
        var threads = Enumerable.Range(0, lanes).Select(lane => new Thread(
            () =>
            {
                try
                {
                    Pace.Sharpen();
                    work(lane);
                }
#pragma warning disable CA1031 // It is thrown by whoever started the thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure ??= e;
                }
            },
            256 * 1024)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            throw new InvalidOperationException($"A client failed: {failure.Message}", failure);
        }
    }
}
