using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>Sixty-four agents that send at the same time.</summary>
internal static class SendsTogether
{
    public static readonly Row Row = new(
        "P2",
        "durable sends, 64 agents at the same time",
        "Sixty-four agents with a key and a connection each. How many sends a second the server makes durable when each agent sends on as soon as it was "
        + "answered, and how long a send takes at half of that rate (open loop). Beside it: the engine alone, with prepared statements on one connection, at the "
        + "same size of commit, and a bare Kestrel that echoes.",
        Measure);

    private const int Clients = 64;

    private static async Task<Findings> Measure(Suite suite)
    {
        await using var server = await suite.Serve();
        var crew = await Crew.Enlist(server, Clients);
        using var kestrel = BareKestrel.Start(suite.Programs);
        var wires = crew.Wires(Clients);
        var bares = Enumerable.Range(0, Clients).Select(_ => new Wire(kestrel.Address)).ToList();
        var reference = await suite.NewDatabase();
        var search = await Search(reference);
        using var oneRow = RawSql.OneRow(reference);
        using var message = RawSql.Message(await suite.NewDatabase());
        using var whole = RawSql.WholeSend(await suite.NewDatabase(), search);
        var number = 0;
        void Send(int lane, int _) => crew.Send(wires[lane], lane, Interlocked.Increment(ref number));
        Lanes.Closed(Clients, suite.Scale.Seconds(3), Send);
        Lanes.Closed(Clients, suite.Scale.Seconds(1), (lane, i) => bares[lane].Post("/echo", Crew.Echo(i)));

        List<double> alone = [], rows = [], messages = [], wholes = [], echoes = [], sends = [], batches = [];
        List<Percentiles> waits = [];
        foreach (var _ in suite.Runs())
        {
            alone.Add(oneRow.PerSecond(1, suite.Scale.Seconds(0.7)));
            rows.Add(message.PerSecond(1, suite.Scale.Seconds(0.7)));
            messages.Add(message.PerSecond(Clients, suite.Scale.Seconds(0.7)));
            wholes.Add(whole.PerSecond(Clients, suite.Scale.Seconds(0.7)));
            echoes.Add(Lanes.Closed(Clients, suite.Scale.Seconds(1.5), (lane, i) => bares[lane].Post("/echo", Crew.Echo(i))));
            var before = Metrics.Read(server);
            sends.Add(Lanes.Closed(Clients, suite.Scale.Seconds(3), Send));
            batches.Add(Metrics.Read(server).Mean("wigwag_storage_batch_size", before));
            waits.Add(Lanes.Open(Clients, sends[0] / 2, suite.Scale.Seconds(3), Send));
        }
        wires.ForEach(wire => wire.Dispose());
        bares.ForEach(wire => wire.Dispose());

        var findings = new Findings();
        findings.Add(new Waits("**durable send**", $"{Clients} clients, {Markdown.Number(sends[0] / 2)}/s open loop (half of the first run's most)", waits));
        var single = findings.Add(new Measure("SQL without a server, one row, one a commit", "/s", alone));
        findings.Add(new Measure("SQL without a server, a message and its delivery, one a commit", "/s", rows));
        findings.Add(new Measure($"SQL without a server, a message and its delivery, {Clients} a commit", "/s", messages));
        var raw = findings.Add(new Measure($"SQL without a server, all that a send writes, {Clients} a commit", "/s", wholes));
        findings.Add(new Measure($"bare Kestrel, echoes, {Clients} clients", "/s", echoes));
        var most = findings.Add(new Measure($"**durable sends, {Clients} clients, closed loop**", "/s", sends));
        findings.Add(new Measure("commands in one commit, mean", "", batches));
        findings.Targets.Add(Target.AtLeast($"durable sends, {Clients} clients", most.Median, "/s", suite.Engine.SendsTogether));
        findings.Targets.Add(Target.AtLeast("the same", most.Median / raw.Median, "×", 0.6, $"of SQL alone with all that a send writes, {Clients} a commit"));
        findings.Targets.Add(Target.AtLeast("the same", most.Median / single.Median, "×", 10, "of single commits of one row"));
        return findings;
    }

    private static async Task<IReadOnlyList<string>> Search(Database database)
    {
        await using var store = await database.Open();
        return store.Dialect.MessageSearch.Index;
    }
}
