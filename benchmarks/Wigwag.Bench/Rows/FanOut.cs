using System.Globalization;
using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>One message that many readers are told of.</summary>
internal static class FanOut
{
    public static readonly Row Row = new(
        "P8",
        "event streams, 1 to 10,000 readers",
        "So many agents read the event stream of one project; a message is sent, durably, and everybody is told. The time is from when the send is due until a reader "
        + "has it, over all readers, who are all in the client's one process on the same cores. Beside it: a bare Kestrel with as many streams.",
        Measure);

    // A server and its client hold a descriptor for each; the rest is for files and listeners.
    private const int OtherDescriptors = 500;
    private const int StreamsOfAKey = 500;

    private static async Task<Findings> Measure(Suite suite)
    {
        var findings = new Findings();
        var sizes = suite.Scale.Of<int[]>([1, 100, 1_000, 10_000], [1, 20]);
        var most = MachineFacts.Descriptors() - OtherDescriptors;
        if (sizes.Any(size => size > most))
        {
            findings.Notes.Add($"Not measured with more than {most} readers: a process may have {MachineFacts.Descriptors()} descriptors here (ulimit -n).");
        }
        foreach (var readers in sizes.Where(size => size <= most))
        {
            var (perSecond, count) = readers > 1000 ? (1, 3) : readers > 100 ? (5, 10) : (20, 20);
            var load = $"{perSecond}/s open loop";
            var named = readers.ToString("N0", CultureInfo.InvariantCulture);
            var (bare, bareRss) = await Bare(suite, readers, perSecond, suite.Scale.Of(count, 2));
            var (told, rss) = await Told(suite, readers, perSecond, suite.Scale.Of(count, 2));
            findings.Add(new Waits($"bare Kestrel, {named} readers", load, bare));
            var waits = findings.Add(new Waits($"**send → everybody, {named} readers**", load, told));
            findings.Add(new Measure($"bare Kestrel, RSS with {named} readers", "MB", [bareRss]));
            findings.Add(new Measure($"**server, RSS with {named} readers**", "MB", [rss]));
            if (readers == sizes[^1])
            {
                findings.Targets.Add(Target.AtMost($"fan-out to {named} readers, p99", waits.P99.Median, "ms", 250));
                findings.Targets.Add(Target.AtMost($"RSS with {named} readers", rss, "MB", 300));
            }
        }
        return findings;
    }

    private static async Task<(List<Percentiles> Runs, double Rss)> Told(Suite suite, int readers, double perSecond, int count)
    {
        await using var server = await suite.Serve(await suite.NewDatabase(), "--connections", (readers + 100).ToString(CultureInfo.InvariantCulture));
        var crew = await Crew.Enlist(server, Math.Max(2, (readers / StreamsOfAKey) + 1));
        using var wire = crew.Wire(0);
        using var streams = new EventReaders();
        await streams.Open(readers, server.Address, "/v1/events", crew.Token);
        return await Deliver(suite, streams, perSecond, count, server.Id, (_, number) => crew.Send(wire, 0, number));
    }

    private static async Task<(List<Percentiles> Runs, double Rss)> Bare(Suite suite, int readers, double perSecond, int count)
    {
        using var kestrel = BareKestrel.Start(suite.Programs);
        using var wire = new Wire(kestrel.Address);
        using var streams = new EventReaders();
        await streams.Open(readers, kestrel.Address, "/events", _ => null);
        return await Deliver(suite, streams, perSecond, count, kestrel.Id, (_, number) => wire.Post("/tell", Crew.Echo(number)));
    }

    private static async Task<(List<Percentiles> Runs, double Rss)> Deliver(
        Suite suite, EventReaders streams, double perSecond, int count, int server, Action<int, int> send)
    {
        var runs = new List<Percentiles>();
        var first = 1;
        foreach (var _ in suite.Runs().Prepend(-1))
        {
            runs.Add(await streams.Deliver(perSecond, count, first, streams.Count, 1, send));
            first += count;
        }
        runs.RemoveAt(0); // warmed up
        return (runs, ProcessFigures.Of(server).RssMegabytes);
    }
}
