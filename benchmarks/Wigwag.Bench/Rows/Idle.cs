using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>A server that nobody asks anything.</summary>
internal static class Idle
{
    public static readonly Row Row = new(
        "P10",
        "idle",
        "How long a server takes from the start of its process until it answers that it is ready, on an empty database; what it holds and burns while nobody asks anything, "
        + "newly started and after work. Beside it: a bare Kestrel.",
        Measure);

    private static async Task<Findings> Measure(Suite suite)
    {
        List<double> ready = [], bareReady = [];
        List<ProcessFigures> fresh = [], worked = [], bare = [];
        List<double> cpu = [], bareCpu = [];
        foreach (var _ in suite.Runs())
        {
            using var kestrel = BareKestrel.Start(suite.Programs);
            using (var wire = new Wire(kestrel.Address))
            {
                wire.Get("/page?bytes=1");
            }
            bareReady.Add(kestrel.ReadyAfter.TotalMilliseconds);
            await using var server = await suite.Serve();
            ready.Add(server.ReadyAfter.TotalMilliseconds);
            // A server does a little more shortly after its start; then it is idle.
            await Task.Delay(suite.Scale.Seconds(3));
            var (before, bareBefore) = (ProcessFigures.Of(server.Id), ProcessFigures.Of(kestrel.Id));
            var seconds = suite.Scale.Seconds(4);
            await Task.Delay(seconds);
            var (after, bareAfter) = (ProcessFigures.Of(server.Id), ProcessFigures.Of(kestrel.Id));
            fresh.Add(after);
            bare.Add(bareAfter);
            cpu.Add(100 * (after.CpuSeconds - before.CpuSeconds) / seconds.TotalSeconds);
            bareCpu.Add(100 * (bareAfter.CpuSeconds - bareBefore.CpuSeconds) / seconds.TotalSeconds);
            worked.Add(await AfterWork(suite, server));
        }

        var findings = new Findings();
        findings.Add(new Measure("bare Kestrel, start until it listens", "ms", bareReady));
        var until = findings.Add(new Measure("**server, start until ready**", "ms", ready));
        findings.Add(new Measure("bare Kestrel, Private_Dirty", "MB", [.. bare.Select(each => each.PrivateDirtyMegabytes)]));
        var dirty = findings.Add(new Measure("**server, Private_Dirty, newly started**", "MB", [.. fresh.Select(each => each.PrivateDirtyMegabytes)]));
        findings.Add(new Measure("server, Private_Dirty, after 64 agents' sends", "MB", [.. worked.Select(each => each.PrivateDirtyMegabytes)]));
        findings.Add(new Measure("bare Kestrel, RSS", "MB", [.. bare.Select(each => each.RssMegabytes)]));
        var rss = findings.Add(new Measure("**server, RSS, newly started**", "MB", [.. fresh.Select(each => each.RssMegabytes)]));
        findings.Add(new Measure("server, RSS, after 64 agents' sends", "MB", [.. worked.Select(each => each.RssMegabytes)]));
        findings.Add(new Measure("bare Kestrel, CPU", "% of a core", bareCpu));
        var burnt = findings.Add(new Measure("**server, CPU**", "% of a core", cpu));
        findings.Targets.Add(Target.AtMost("ready", until.Median, "ms", 500));
        findings.Targets.Add(Target.AtMost("idle, Private_Dirty", dirty.Median, "MB", 50));
        findings.Targets.Add(Target.AtMost("idle, RSS", rss.Median, "MB", 100));
        findings.Targets.Add(Target.AtMost("idle, CPU", burnt.Median, "% of a core", 1));
        return findings;
    }

    private static async Task<ProcessFigures> AfterWork(Suite suite, Testing.ServerProcess server)
    {
        var clients = suite.Scale.Of(64, 2);
        var crew = await Crew.Enlist(server, clients);
        var wires = crew.Wires(clients);
        var number = 0;
        Lanes.Closed(clients, suite.Scale.Seconds(1), (lane, _) => crew.Send(wires[lane], lane, Interlocked.Increment(ref number)));
        wires.ForEach(wire => wire.Dispose());
        await Task.Delay(suite.Scale.Seconds(2));
        return ProcessFigures.Of(server.Id);
    }
}
