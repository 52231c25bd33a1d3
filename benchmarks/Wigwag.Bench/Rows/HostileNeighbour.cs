using System.Globalization;
using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;
using Wigwag.Core.Agents;
using Wigwag.Core.Projects;

namespace Wigwag.Bench.Rows;

/// <summary>One agent's work beside a key that asks for as much as it may, and more.</summary>
internal static class HostileNeighbour
{
    public static readonly Row Row = new(
        "P14",
        "an agent beside a hostile key",
        "An agent reads its inbox (100 a second) and sends (50 a second), open loop, alone and beside another key of the same project that asks for all that is dear, "
        + "on 16 connections, each as soon as it was answered or refused: checks of 5,000 paths among 10,000 reservations, patterns that meet everything, searches, status, wrong names, and messages. "
        + "What each figure is against is the same agent alone, in the same run.",
        Measure);

    private const int Lines = 16;
    private const string Project = $"/v1/projects/{Crew.ProjectInPath}";

    private static async Task<Findings> Measure(Suite suite)
    {
        var database = await suite.NewDatabase();
        Filling.Messages(database, suite.Scale.Of(50_000, 500));
        Filling.Reservations(database, ProjectId.Parse(Crew.Project), AgentId.Parse(Crew.Name(2)), Enumerable.Range(0, suite.Scale.Of(10_000, 200)).Select(i => $"src/a{i % 97}/file{i}.cs"));
        await using var server = await suite.Serve(database);
        var crew = await Crew.Enlist(server, 3);
        using var reading = crew.Wire(0);
        using var sending = crew.Wire(0);
        var (sent, answered, refused) = (0, 0, 0);
        Percentiles Read() => Lanes.Open(1, 100, suite.Scale.Seconds(3), (_, _) => reading.Get($"{Project}/inbox"));
        Percentiles Send() => Lanes.Open(1, 50, suite.Scale.Seconds(3), (_, _) => crew.Send(sending, 0, sent++));
        Read();
        Send();

        List<Percentiles> readsAlone = [], sendsAlone = [], reads = [], sends = [];
        foreach (var _ in suite.Runs())
        {
            readsAlone.Add(Read());
            sendsAlone.Add(Send());
            using var enough = new CancellationTokenSource();
            var hostile = crew.Wires(Lines, member: 1);
            var lines = hostile.Select((wire, line) => Task.Factory.StartNew(() => Flood(wire, line, enough.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
            await Task.Delay(suite.Scale.Seconds(3)); // what it may ask at once is spent
            reads.Add(Read());
            sends.Add(Send());
            await enough.CancelAsync();
            foreach (var (most, none) in await Task.WhenAll(lines))
            {
                (answered, refused) = (answered + most, refused + none);
            }
            hostile.ForEach(wire => wire.Dispose());
        }

        var findings = new Findings();
        var alone = findings.Add(new Waits("inbox, alone", "1 client, 100/s open loop", readsAlone));
        var beside = findings.Add(new Waits("**inbox, beside a hostile key**", "1 client, 100/s open loop", reads));
        var sentAlone = findings.Add(new Waits("send, alone", "1 client, 50/s open loop", sendsAlone));
        var sentBeside = findings.Add(new Waits("**send, beside a hostile key**", "1 client, 50/s open loop", sends));
        findings.Targets.Add(Target.AtMost("inbox beside a hostile key, p99", beside.P99.Median / alone.P99.Median, "×", 2, "alone"));
        findings.Targets.Add(Target.AtMost("send beside a hostile key, p99", sentBeside.P99.Median / sentAlone.P99.Median, "×", 2, "alone"));
        findings.Notes.Add(string.Create(CultureInfo.InvariantCulture, $"The hostile key was answered {answered:N0} times and refused {refused:N0} times."));
        return findings;
    }

    private static (int Answered, int Refused) Flood(Wire wire, int line, CancellationToken enough)
    {
        var (answered, refused) = (0, 0);
        var paths = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"src/a{i % 97}/file{i}.cs\""));
        for (var i = line; !enough.IsCancellationRequested; i++)
        {
            try
            {
                _ = (i % 6) switch
                {
                    0 => wire.Post($"{Project}/check", $$"""{"paths":[{{paths}}]}"""),
                    1 => wire.Post($"{Project}/reservations", """{"scopes":["**/*a*b*c*","*/*/*x"],"ttl_seconds":60}"""),
                    2 => wire.Get("/v1/messages?query=parser%20OR%20empty%20OR%20file&limit=100"),
                    3 => wire.Get("/v1/status"),
                    4 => wire.Post("/v1/projects/nobody-knows-it/messages", """{"subject":"x"}"""),
                    _ => wire.Post($"{Project}/messages", """{"to":"w2/crew","subject":"flood"}"""),
                };
                answered++;
            }
            catch (InvalidOperationException)
            {
                refused++;
            }
        }
        return (answered, refused);
    }
}
