using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>One agent that sends, alone.</summary>
internal static class DurableSend
{
    public static readonly Row Row = new(
        "P1",
        "a durable send, alone",
        "One agent sends a message to another over HTTP, 200 a second, one connection; each is answered after its fsync. Beside it: one fsync, one row "
        + "committed with SQL in the client's own process, and the same bytes echoed by a bare Kestrel, which keeps nothing.",
        Measure);

    private const double PerSecond = 200;

    private static async Task<Findings> Measure(Suite suite)
    {
        await using var server = await suite.Serve();
        var crew = await Crew.Enlist(server, 2);
        using var kestrel = BareKestrel.Start(suite.Programs);
        using var wire = crew.Wire(0);
        using var bare = new Wire(kestrel.Address);
        using var sql = RawSql.OneRow(await suite.NewDatabase());
        var number = 0;
        Lanes.Closed(1, suite.Scale.Seconds(2), (_, _) => crew.Send(wire, 0, number++));
        Lanes.Closed(1, suite.Scale.Seconds(0.5), (_, i) => bare.Post("/echo", Crew.Echo(i)));

        List<Percentiles> fsyncs = [], commits = [], echoes = [], sends = [];
        foreach (var _ in suite.Runs())
        {
            fsyncs.Add(Disk.Append(suite.Folder, suite.Scale.Seconds(0.5)));
            commits.Add(sql.Alone(suite.Scale.Seconds(0.5)));
            echoes.Add(Lanes.Open(1, PerSecond, suite.Scale.Seconds(2), (_, i) => bare.Post("/echo", Crew.Echo(i))));
            sends.Add(Lanes.Open(1, PerSecond, suite.Scale.Seconds(5), (_, _) => crew.Send(wire, 0, number++)));
        }

        var findings = new Findings();
        var fsync = findings.Add(new Waits("one fdatasync of 4 KiB appended", "alone, one after another", fsyncs));
        findings.Add(new Waits("one row committed, SQL without a server", "alone, one after another", commits));
        var echo = findings.Add(new Waits("bare Kestrel, the same request echoed", "1 client, 200/s open loop", echoes));
        var send = findings.Add(new Waits("**durable send**", "1 client, 200/s open loop", sends));
        findings.Targets.Add(Target.AtMost("durable send, p50", send.P50.Median, "ms", 1));
        findings.Targets.Add(Target.AtMost("durable send, p99", send.P99.Median, "ms", 5));
        findings.Notes.Add(
            $"A send costs {Markdown.Number(send.P50.Median / (fsync.P50.Median + echo.P50.Median))} × what it cannot do without: one fsync and one request (p50).");
        return findings;
    }
}
