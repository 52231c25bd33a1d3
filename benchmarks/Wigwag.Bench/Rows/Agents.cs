using System.Globalization;
using Wigwag.Bench.Load;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>The same work in a project of ever more agents.</summary>
internal static class Agents
{
    public static readonly Row Row = new(
        "agents",
        "a project of 10 to 1,000 agents",
        "An agent sends to one other, and to the project, where the message waits for whoever takes it, while ever more agents are registered for the project. "
        + "100 a second, one client, open loop.",
        Measure);

    private static async Task<Findings> Measure(Suite suite)
    {
        await using var server = await suite.Serve();
        var crew = await Crew.Enlist(server, 2);
        using var wire = crew.Wire(0);
        var findings = new Findings();
        var (number, registered) = (0, crew.Size);
        var shared = new List<Waits>();
        Lanes.Closed(1, suite.Scale.Seconds(1), (_, _) => crew.Send(wire, 0, number++));
        foreach (var agents in suite.Scale.Of<int[]>([10, 100, 1_000], [3, 10]))
        {
            await crew.GrowTo(agents, registered);
            registered = agents;
            List<Percentiles> toOne = [], toProject = [];
            foreach (var _ in suite.Runs())
            {
                toOne.Add(Lanes.Open(1, 100, suite.Scale.Seconds(1.5), (_, _) => crew.Send(wire, 0, number++)));
                toProject.Add(Lanes.Open(1, 100, suite.Scale.Seconds(1.5), (_, _) => crew.Send(wire, Crew.ProjectInPath, number++)));
            }
            var named = agents.ToString("N0", CultureInfo.InvariantCulture);
            findings.Add(new Waits($"send to one agent, of {named}", "1 client, 100/s open loop", toOne));
            shared.Add(findings.Add(new Waits($"send to a project of {named} agents", "1 client, 100/s open loop", toProject)));
        }
        findings.Notes.Add($"A send to a project of 1,000 agents takes {Markdown.Number(shared[^1].P50.Median / shared[0].P50.Median)} × that to one of 10 (p50): its event names all of them.");
        return findings;
    }
}
