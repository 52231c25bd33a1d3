using System.Globalization;
using System.Text;
using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;

namespace Wigwag.Bench.Rows;

/// <summary>Thirty-two agents that claim the next issue of one project at the same time.</summary>
internal static class ClaimsTogether
{
    public static readonly Row Row = new(
        "P7",
        "claims, 32 agents of one project at the same time",
        "Thirty-two agents with a key and a connection each claim the next of many ready issues over HTTP and close it, each on and on as soon as it was answered. Beside it: the "
        + "statement that takes the next row, one a commit and nothing else, on 32 connections with `FOR UPDATE SKIP LOCKED` (on SQLite, which has one writer, on one).",
        Measure);

    private const int Clients = 32;

    private static async Task<Findings> Measure(Suite suite)
    {
        var issues = suite.Scale.Of(100_000, 3_000);
        var reference = await suite.NewDatabase();
        Filling.Issues(reference, issues);
        var skipLocked = await SkipLocked(reference);
        var raws = Enumerable.Range(0, skipLocked.Length > 0 ? Clients : 1).Select(_ => RawSql.NextIssue(reference, skipLocked)).ToList();

        var database = await suite.NewDatabase();
        Filling.Issues(database, issues);
        List<double> rows = [], claims = [];
        var answered = 0;
        await using (var server = await suite.Serve(database))
        {
            var crew = await Crew.Enlist(server, Clients);
            var wires = crew.Wires(Clients);
            void Claim(int lane, int _)
            {
                var claimed = wires[lane].Post($"/v1/projects/{Crew.ProjectInPath}/ready/claim", "{}", Guid.NewGuid().ToString());
                wires[lane].Post($"/v1/issues/{IssueOf(claimed)}/close", "{}", Guid.NewGuid().ToString());
                Interlocked.Increment(ref answered);
            }
            Lanes.Closed(Clients, suite.Scale.Seconds(1), Claim);
            foreach (var _ in suite.Runs())
            {
                rows.Add(Lanes.Closed(raws.Count, suite.Scale.Seconds(1.5), (lane, _) => raws[lane].Commit(1)));
                claims.Add(Lanes.Closed(Clients, suite.Scale.Seconds(2), Claim));
            }
            wires.ForEach(wire => wire.Dispose());
        }
        raws.ForEach(raw => raw.Dispose());
        if (Filling.Closed(database) is var closed && closed != answered)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{answered} claims were answered and {closed} issues are closed."));
        }

        var findings = new Findings();
        var raw = findings.Add(new Measure($"SQL without a server, the next row, one a commit, {(raws.Count == 1 ? "one connection" : $"{raws.Count} connections")}", "/s", rows));
        var most = findings.Add(new Measure($"**claims and as many closings, {Clients} clients, closed loop**", "/s", claims));
        findings.Targets.Add(Target.AtLeast($"claims, {Clients} clients", most.Median, "/s", suite.Engine.ClaimsTogether));
        findings.Notes.Add($"A claim and its closing cost {Markdown.Number(raw.Median / most.Median)} × the statement that takes a row. Each issue was claimed once.");
        return findings;
    }

    private static string IssueOf(ReadOnlySpan<byte> answer)
    {
        var name = "\"issue_id\":\""u8;
        var rest = answer[(answer.IndexOf(name) + name.Length)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
    }

    private static async Task<string> SkipLocked(Database database)
    {
        await using var store = await database.Open();
        return store.Dialect.ForUpdateSkipLocked;
    }
}
