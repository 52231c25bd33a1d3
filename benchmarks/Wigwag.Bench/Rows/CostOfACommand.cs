using Wigwag.Bench.Load;
using Wigwag.Bench.Machine;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>What the server spends on one command.</summary>
internal static class CostOfACommand
{
    public static readonly Row Row = new(
        "cost",
        "what a command costs the server",
        "Managed bytes that the server allocates (`dotnet_gc_heap_total_allocated` of its own /metrics) and processor time that the kernel charges it, by command, one client, "
        + "one after another. Beside it: the processor time of a bare Kestrel for an echo.",
        Measure);

    private static async Task<Findings> Measure(Suite suite)
    {
        await using var server = await suite.Serve();
        var crew = await Crew.Enlist(server, 2);
        using var wire = crew.Wire(0);
        using var kestrel = BareKestrel.Start(suite.Programs);
        using var bare = new Wire(kestrel.Address);
        var number = 0;
        var commands = new (string What, Action<int> Run)[]
        {
            ("send to an agent", _ => crew.Send(wire, 0, number++)),
            ("inbox page of 20", _ => wire.Get($"/v1/projects/{Crew.ProjectInPath}/inbox")),
            ("check of a path", i => wire.Post($"/v1/projects/{Crew.ProjectInPath}/check", $$"""{"paths":["src/file{{i}}.cs"]}""")),
        };
        var bytes = commands.Select(_ => new List<double>()).ToList();
        var micros = commands.Select(_ => new List<double>()).ToList();
        List<double> echo = [];
        var count = suite.Scale.Of(1000, 20);
        foreach (var run in suite.Runs().Prepend(-1))
        {
            var bareBefore = ProcessFigures.Of(kestrel.Id).CpuSeconds;
            Times(count, i => bare.Post("/echo", Crew.Echo(i)));
            echo.Add(1e6 * (ProcessFigures.Of(kestrel.Id).CpuSeconds - bareBefore) / count);
            for (var command = 0; command < commands.Length; command++)
            {
                var (allocated, cpu) = (Metrics.Read(server)[Allocated], ProcessFigures.Of(server.Id).CpuSeconds);
                Times(count, commands[command].Run);
                bytes[command].Add((Metrics.Read(server)[Allocated] - allocated) / count / 1024);
                micros[command].Add(1e6 * (ProcessFigures.Of(server.Id).CpuSeconds - cpu) / count);
            }
        }

        var findings = new Findings();
        findings.Add(new Measure("bare Kestrel, an echo, processor", "µs", [.. echo.Skip(1)]));
        for (var command = 0; command < commands.Length; command++)
        {
            findings.Add(new Measure($"{commands[command].What}, processor", "µs", [.. micros[command].Skip(1)]));
            findings.Add(new Measure($"{commands[command].What}, allocated", "KiB", [.. bytes[command].Skip(1)]));
        }
        return findings;
    }

    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";

    private static void Times(int count, Action<int> run)
    {
        for (var i = 0; i < count; i++)
        {
            run(i);
        }
    }
}
