using System.Globalization;
using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;
using Wigwag.Core.Agents;
using Wigwag.Core.Leases;
using Wigwag.Core.Operations;
using Wigwag.Core.Projects;

namespace Wigwag.Bench.Rows;

/// <summary>Asking for and taking reservations among ever more live ones.</summary>
internal static class Reservations
{
    public static readonly Row Row = new(
        "P5",
        "reservations among 10 to 100,000 live globs",
        "An agent asks who holds a path, as its hook and its git guard do before each change (500 a second), and takes a reservation that meets none (50 a second), "
        + "over HTTP, open loop, and who holds 1,000 paths, as a guard does before a large push, while another agent holds so many: 40% folders, 30% files, 29% `src/a/**/x*.cs`, 1% `**/name.md`. The engine's own figure is the decision whether a glob "
        + "meets any of them, in the client's process, without HTTP. Beside it: a bare Kestrel, and one row committed with SQL.",
        Measure);

    private const string Check = $"/v1/projects/{Crew.ProjectInPath}/check";
    private const string Reserve = $"/v1/projects/{Crew.ProjectInPath}/reservations";
    private const string Hook = "/v1/hooks/claude-code/PreToolUse";

    private sealed record Found(int Globs)
    {
        public List<Percentiles> Checks { get; } = [];

        public List<Percentiles> Hooks { get; } = [];

        public List<Percentiles> Grants { get; } = [];

        public List<Percentiles> Decisions { get; } = [];

        public List<Percentiles> ManyPaths { get; } = [];
    }

    private static async Task<Findings> Measure(Suite suite)
    {
        using var kestrel = BareKestrel.Start(suite.Programs);
        using var bare = new Wire(kestrel.Address);
        using var sql = RawSql.OneRow(await suite.NewDatabase());
        Lanes.Closed(1, suite.Scale.Seconds(0.5), (_, i) => bare.Post("/echo", Paths(i)));
        List<Percentiles> echoes = [], commits = [];
        var all = new List<Found>();
        foreach (var globs in suite.Scale.Of<int[]>([10, 1_000, 10_000], [10, 200]))
        {
            all.Add(await Among(suite, globs));
            foreach (var _ in suite.Runs())
            {
                echoes.Add(Lanes.Open(1, 500, suite.Scale.Seconds(0.3), (_, i) => bare.Post("/echo", Paths(i))));
                commits.Add(sql.Alone(suite.Scale.Seconds(0.2)));
            }
        }

        var most = await Among(suite, suite.Scale.Of(100_000, 500), onlyChecks: true);
        var findings = new Findings();
        findings.Add(new Waits("bare Kestrel, the check's request echoed", "1 client, 500/s open loop", echoes));
        findings.Add(new Waits("one row committed, SQL without a server", "alone, one after another", commits));
        var checks = all.ConvertAll(found => findings.Add(new Waits($"**check of a path, {Count(found)} live globs**", "1 client, 500/s open loop", found.Checks)));
        var hooks = all.ConvertAll(found => findings.Add(new Waits($"**hook before an edit, {Count(found)} live globs**", "1 client, 200/s open loop", found.Hooks)));
        var grants = all.ConvertAll(found => findings.Add(new Waits($"**durable grant, {Count(found)} live globs**", "1 client, 50/s open loop", found.Grants)));
        var decisions = all.ConvertAll(found => findings.Add(new Waits($"decision alone, {Count(found)} live globs", "in process, one after another", found.Decisions)));
        var many = all.Append(most).Select(found => findings.Add(new Waits($"**check of 1,000 paths, {Count(found)} live globs**", "1 client, 10/s open loop", found.ManyPaths))).ToList();
        findings.Targets.Add(Target.AtMost($"check of 1,000 paths, {Count(all[^1])} live globs, p99", many[^2].P99.Median, "ms", 20));
        findings.Targets.Add(Target.AtMost($"check of 1,000 paths, {Count(most)} live globs, p99", many[^1].P99.Median, "ms", 20));
        findings.Targets.Add(Target.AtMost($"check of a path, {Count(all[^1])} live globs, p99", checks[^1].P99.Median, "ms", 2));
        findings.Targets.Add(Target.AtMost($"hook before an edit, {Count(all[^1])} live globs, p99", hooks[^1].P99.Median, "ms", 5));
        findings.Targets.Add(Target.AtMost($"decision alone, {Count(all[^1])} live globs, p99", decisions[^1].P99.Median, "ms", 0.2));
        findings.Targets.Add(Target.AtMost($"durable grant, {Count(all[^1])} live globs, p50", grants[^1].P50.Median, "ms", 1));
        findings.Targets.Add(Target.AtMost($"durable grant, {Count(all[^1])} live globs, p99", grants[^1].P99.Median, "ms", 5));
        return findings;
    }

    private static async Task<Found> Among(Suite suite, int globs, bool onlyChecks = false)
    {
        var found = new Found(globs);
        var database = await suite.NewDatabase();
        Filling.Reservations(database, ProjectId.Parse(Crew.Project), AgentId.Parse(Crew.Name(0)), Enumerable.Range(0, globs).Select(Glob));
        await using (var server = await suite.Serve(database))
        {
            var crew = await Crew.Enlist(server, 2);
            using var asking = crew.Wire(1);
            var granted = 0;
            void Grant(int lane, int i) => asking.Post(Reserve, $$"""{"scopes":["free/{{granted++}}/*.cs"],"ttl_seconds":3600}""");
            if (asking.Post(Hook, Edit(0)).IndexOf("deny"u8) < 0)
            {
                throw new InvalidOperationException("The hook let an edit of what another holds pass.");
            }
            Lanes.Closed(1, suite.Scale.Seconds(1), (_, i) => asking.Post(Check, Paths(i)));
            Lanes.Closed(1, suite.Scale.Seconds(0.3), (_, i) => asking.Post(Hook, Edit(i)));
            Lanes.Closed(1, suite.Scale.Seconds(0.3), Grant);
            // The lines above spent what a key may ask at once.
            await Task.Delay(suite.Scale.Seconds(2));
            Lanes.Open(1, 10, suite.Scale.Seconds(2), (_, i) => asking.Post(Check, Thousand(i)));
            foreach (var _ in suite.Runs())
            {
                found.ManyPaths.Add(Lanes.Open(1, 10, suite.Scale.Seconds(4), (_, i) => asking.Post(Check, Thousand(i))));
                if (onlyChecks)
                {
                    continue;
                }
                asking.Post($"/v1/projects/{Crew.ProjectInPath}/reservations/release", "{}");
                found.Checks.Add(Lanes.Open(1, 500, suite.Scale.Seconds(1), (_, i) => asking.Post(Check, Paths(i))));
                found.Hooks.Add(Lanes.Open(1, 200, suite.Scale.Seconds(1), (_, i) => asking.Post(Hook, Edit(i))));
                found.Grants.Add(Lanes.Open(1, 50, suite.Scale.Seconds(1), Grant));
            }
        }
        if (!onlyChecks)
        {
            await Decide(suite, database, found);
        }
        return found;
    }

    // The same decision without a server.
    private static async Task Decide(Suite suite, Database database, Found found)
    {
        await using var store = await database.Open();
        var asking = AgentId.Parse(Crew.Name(1));
        foreach (var run in suite.Runs().Append(-1))
        {
            var latencies = new Latencies(2000);
            for (var i = 0; i < suite.Scale.Of(1000, 20); i++)
            {
                await store.Read<List<Conflict>>(
                    Caller.System,
                    async (session, _) =>
                    {
                        var project = (await ProjectRegistry.Get(session, ProjectId.Parse(Crew.Project))).Value;
                        var before = System.Diagnostics.Stopwatch.GetTimestamp();
                        var conflicts = await LeaseBook.Conflicts(session, project, [Wanted(i)], LeaseMode.Exclusive, asking);
                        latencies.Record(System.Diagnostics.Stopwatch.GetTimestamp() - before);
                        return conflicts;
                    },
                    CancellationToken.None);
            }
            found.Decisions.Add(latencies.Percentiles());
        }
        found.Decisions.RemoveAt(0); // warmed up
    }

    // What others hold: folders, files, files of a kind in a tree, and a name anywhere.
    private static string Glob(int i) => (i % 100) switch
    {
        < 40 => $"src/a{i % 97}/m{i}/**",
        < 70 => $"src/a{i % 97}/file{i}.cs",
        < 99 => $"src/a{i % 97}/**/x{i}*.cs",
        _ => $"**/name{i}.md",
    };

    // One in ten is held by somebody.
    private static string File(int i) => i % 10 == 0 ? $"src/a0/m0/deep/file{i}.cs" : $"src/a{i % 97}/n{i}/deep/file{i}.cs";

    private static string Wanted(int i) => i % 2 == 0 ? $"src/a{i % 97}/new{i}/**" : $"src/a{i % 97}/new{i}/y*.cs";

    private static string Paths(int i) => $$"""{"paths":["{{File(i)}}"]}""";

    private static string Thousand(int i) => $$"""{"paths":[{{string.Join(',', Enumerable.Range(i, 1000).Select(n => $"\"{File(n)}\""))}}]}""";

    private static string Edit(int i) =>
        $$"""{"session_id":"s","cwd":"{{Crew.Folder(1)}}","hook_event_name":"PreToolUse","tool_name":"Edit","tool_input":{"file_path":"{{Crew.Folder(1)}}/{{File(i)}}","old_string":"a","new_string":"b"} }""";

    private static string Count(Found found) => found.Globs.ToString("N0", CultureInfo.InvariantCulture);
}
