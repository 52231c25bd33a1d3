using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Wigwag.Bench.Load;

/// <summary>
/// Any number of connections that read an event stream. What is sent carries the mark <c>bench-N.</c>; the time from when number N was
/// due until a reader has it is recorded for each reader.
/// </summary>
internal sealed class EventReaders : IDisposable
{
    private const string Mark = "bench-";

    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _reading = [];
    private volatile Deliveries? _expected;

    /// <summary>The numbers that are due, and what became of them.</summary>
    private sealed class Deliveries(long[] due, int first, int readers)
    {
        private int _left = due.Length * readers;

        public Latencies Latencies { get; } = new(due.Length * readers);

        public TaskCompletionSource All { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Arrived(int number, long now)
        {
            if (number < first || number >= first + due.Length)
            {
                return;
            }
            Latencies.Record(now - due[number - first]);
            if (Interlocked.Decrement(ref _left) == 0)
            {
                All.TrySetResult();
            }
        }
    }

    /// <summary>What the number of a send makes of its subject, so that readers know it.</summary>
    public static string Subject(int number) => $"{Mark}{number}.";

    public int Count => _sockets.Count;

    /// <summary>Opens streams, some at a time.</summary>
    public async Task Open(int count, Uri server, string path, Func<int, string?> token)
    {
        for (var opened = 0; opened < count;)
        {
            var some = await Task.WhenAll(Enumerable.Range(opened, Math.Min(50, count - opened)).Select(i => Wire.Stream(server, path, token(i))));
            opened += some.Length;
            _sockets.AddRange(some);
            _reading.AddRange(some.Select(socket => Read(socket, _over.Token)));
        }
    }

    /// <summary>Sends at a rate, open loop; waits until each reader has each.</summary>
    /// <param name="perSecond">Sends a second.</param>
    /// <param name="count">Sends.</param>
    /// <param name="first">The number of the first, larger than all before.</param>
    /// <param name="readersOfEach">How many readers each send reaches.</param>
    /// <param name="lanes">Clients that send.</param>
    /// <param name="send">Sends one: lane, number.</param>
    public async Task<Percentiles> Deliver(double perSecond, int count, int first, int readersOfEach, int lanes, Action<int, int> send)
    {
        var due = Lanes.Schedule(perSecond, count);
        var expected = _expected = new Deliveries(due, first, readersOfEach);
        Lanes.Scheduled(lanes, due, (lane, i) => send(lane, first + i));
        await expected.All.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return expected.Latencies.Percentiles();
    }

    public void Dispose()
    {
        _over.Cancel();
        _sockets.ForEach(socket => socket.Dispose());
        _over.Dispose();
    }

    private async Task Read(Socket socket, CancellationToken over)
    {
        var buffer = new byte[2048];
        var kept = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(kept), over) is > 0 and var read)
            {
                kept = Look(buffer, kept + read, Stopwatch.GetTimestamp());
            }
        }
        catch (Exception e) when (over.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    // Marks end with a dot; one that the end of the buffer cuts in two is kept for the next look. How many bytes are kept.
    private int Look(byte[] buffer, int length, long now)
    {
        var text = buffer.AsSpan(0, length);
        var at = 0;
        while (text[at..].IndexOf("bench-"u8) is >= 0 and var found)
        {
            var number = text[(at + found + Mark.Length)..];
            var end = number.IndexOf((byte)'.');
            if (end < 0)
            {
                break;
            }
            if (int.TryParse(Encoding.ASCII.GetString(number[..end]), out var value))
            {
                _expected?.Arrived(value, now);
            }
            at += found + Mark.Length + end + 1;
        }
        var keep = Math.Min(length - at, Mark.Length + 10);
        text[(length - keep)..].CopyTo(buffer);
        return keep;
    }
}
