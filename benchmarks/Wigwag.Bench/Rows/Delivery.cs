using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>From a send to the agent that waits for it.</summary>
internal static class Delivery
{
    public static readonly Row Row = new(
        "P3",
        "from a send to the waiting agent",
        "From when a send is due until the bytes of its event are in the hands of an agent that reads the event stream: durable, then told. Open loop, at a quiet "
        + "rate and at a busy one. Beside it: a bare Kestrel that passes each request on to its stream and keeps nothing, and one fsync.",
        Measure);

    private static async Task<Findings> Measure(Suite suite)
    {
        const int senders = 8;
        var rate = suite.Engine.Busy;
        var atRate = $"{Markdown.Number(rate)}/s";
        await using var server = await suite.Serve();
        var crew = await Crew.Enlist(server, senders);
        using var kestrel = BareKestrel.Start(suite.Programs);
        var wires = crew.Wires(senders);
        var bares = Enumerable.Range(0, senders).Select(_ => new Wire(kestrel.Address)).ToList();
        using var readers = new EventReaders();
        await readers.Open(1, server.Address, "/v1/events", crew.Token);
        using var bareReaders = new EventReaders();
        await bareReaders.Open(1, kestrel.Address, "/events", _ => null);
        var next = 1;
        async Task<Percentiles> Run(EventReaders by, double perSecond, double seconds, Action<int, int> send)
        {
            var count = Math.Max(1, (int)(perSecond * suite.Scale.Seconds(seconds).TotalSeconds));
            var first = next;
            next += count;
            return await by.Deliver(perSecond, count, first, 1, senders, send);
        }
        void Send(int lane, int number) => crew.Send(wires[lane], lane, number);
        void Tell(int lane, int number) => bares[lane].Post("/tell", Crew.Echo(number));
        await Run(readers, rate, 2, Send);
        await Run(bareReaders, rate, 1, Tell);

        List<Percentiles> fsyncs = [], quiet = [], busy = [], bareQuiet = [], bareBusy = [];
        foreach (var _ in suite.Runs())
        {
            fsyncs.Add(Disk.Append(suite.Folder, suite.Scale.Seconds(0.3)));
            bareQuiet.Add(await Run(bareReaders, 50, 1, Tell));
            bareBusy.Add(await Run(bareReaders, rate, 1, Tell));
            quiet.Add(await Run(readers, 50, 2, Send));
            busy.Add(await Run(readers, rate, 3, Send));
        }
        wires.ForEach(wire => wire.Dispose());
        bares.ForEach(wire => wire.Dispose());

        var findings = new Findings();
        var fsync = findings.Add(new Waits("one fdatasync of 4 KiB appended", "alone, one after another", fsyncs));
        findings.Add(new Waits("bare Kestrel, request → stream", "50/s open loop", bareQuiet));
        findings.Add(new Waits("bare Kestrel, request → stream", $"{atRate} open loop", bareBusy));
        var calm = findings.Add(new Waits("**send → event stream**", "50/s open loop", quiet));
        var loaded = findings.Add(new Waits("**send → event stream**", $"{atRate} open loop", busy));
        findings.Targets.Add(Target.AtMost($"send → event stream at {atRate}, p50", loaded.P50.Median, "ms", 2));
        findings.Targets.Add(Target.AtMost($"send → event stream at {atRate}, p99", loaded.P99.Median, "ms", 10));
        findings.Targets.Add(Target.AtMost("send → event stream at 50/s, p50", calm.P50.Median, "ms", (3 * fsync.P50.Median) + 1, "3 × one fsync + 1 ms"));
        return findings;
    }
}
