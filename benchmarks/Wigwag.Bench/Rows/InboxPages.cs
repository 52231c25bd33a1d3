using System.Globalization;
using Wigwag.Bench.Engines;
using Wigwag.Bench.Load;
using Wigwag.Bench.Report;
using Wigwag.Bench.Servers;
using Wigwag.Testing;

namespace Wigwag.Bench.Rows;

/// <summary>An agent's inbox among ever more messages.</summary>
internal static class InboxPages
{
    public static readonly Row Row = new(
        "P4",
        "an inbox page among 1,000 to 1,000,000 messages",
        "The newest 20 messages of one agent's inbox with its counts of unread, over HTTP, 500 a second, open loop. The messages are spread over ten agents; all "
        + "but the newest 200 were read. w1 has read nothing at all. Beside it: the page's rows alone with SQL in the client's own process, and as many bytes from a bare Kestrel.",
        Measure);

    private const double PerSecond = 500;
    private const string Page = $"/v1/projects/{Crew.ProjectInPath}/inbox";

    private const string Newest =
        """
        SELECT m.seq, m.message_id, m.subject, substr(m.body, 1, 600), d.state FROM deliveries d JOIN messages m ON m.seq = d.seq
        WHERE d.project = 'github.com/wigwag/crew' AND d.recipient = 'w0/crew' ORDER BY d.seq DESC LIMIT 21
        """;

    /// <summary>A server with so many messages, and what was measured on it.</summary>
    private sealed record Store(int Messages, ServerProcess Server, Wire Reader, Wire Unread)
    {
        public List<Percentiles> Pages { get; } = [];

        public List<Percentiles> UnreadPages { get; } = [];

        public required Waits Rows { get; init; }
    }

    private static async Task<Findings> Measure(Suite suite)
    {
        using var kestrel = BareKestrel.Start(suite.Programs);
        using var bare = new Wire(kestrel.Address);
        var stores = new List<Store>();
        foreach (var count in suite.Scale.Of<int[]>([1_000, 10_000, suite.Engine.MostMessages], [300, 1_000]))
        {
            stores.Add(await Fill(suite, count));
        }
        var size = stores[0].Reader.Get(Page).Length;
        Lanes.Closed(1, suite.Scale.Seconds(0.5), (_, _) => bare.Get($"/page?bytes={size}"));
        List<Percentiles> bares = [];
        foreach (var _ in suite.Runs())
        {
            bares.Add(Lanes.Open(1, PerSecond, suite.Scale.Seconds(1.5), (_, _) => bare.Get($"/page?bytes={size}")));
            foreach (var store in stores)
            {
                store.Pages.Add(Lanes.Open(1, PerSecond, suite.Scale.Seconds(2), (_, _) => store.Reader.Get(Page)));
                store.UnreadPages.Add(Lanes.Open(1, 20, suite.Scale.Seconds(0.5), (_, _) => store.Unread.Get(Page)));
            }
        }

        var findings = new Findings();
        findings.Add(new Waits($"bare Kestrel, {size} bytes", "1 client, 500/s open loop", bares));
        stores.ForEach(store => findings.Add(store.Rows));
        var pages = stores.ConvertAll(store => findings.Add(new Waits($"**inbox page, {Count(store.Messages)} messages stored**", "1 client, 500/s open loop", store.Pages)));
        foreach (var store in stores)
        {
            findings.Add(new Waits($"inbox page of who has {Count(store.Messages / Filling.Recipients)} unread", "1 client, 20/s open loop", store.UnreadPages));
            store.Reader.Dispose();
            store.Unread.Dispose();
            await store.Server.DisposeAsync();
        }
        findings.Targets.Add(Target.AtMost($"inbox page, {Count(stores[^1].Messages)} messages, p99", pages[^1].P99.Median, "ms", 2));
        findings.Targets.Add(Target.AtMost("the same", pages[^1].P99.Median / pages[0].P99.Median, "×", 3, $"of that with {Count(stores[0].Messages)}, p99"));
        findings.Targets.Add(Target.AtMost("the same", pages[^1].P99.Median / pages[^2].P99.Median, "×", 1.5, $"of that with {Count(stores[^2].Messages)}, p99"));
        return findings;
    }

    private static async Task<Store> Fill(Suite suite, int count)
    {
        var database = await suite.NewDatabase();
        Filling.Messages(database, count);
        List<Percentiles> rows = [];
        using (var connection = database.Connect())
        {
            using var command = connection.CreateCommand();
            command.CommandText = Newest;
            command.Prepare();
            foreach (var _ in suite.Runs())
            {
                rows.Add(Lanes.Open(1, PerSecond, suite.Scale.Seconds(0.5), (_, _) =>
                {
                    using var reader = command.ExecuteReader();
                    while (reader.Read())
                    {
                        reader.GetString(3);
                    }
                }));
            }
        }
        var server = await suite.Serve(database);
        var crew = await Crew.Enlist(server, Filling.Recipients);
        var (reader, unread) = (crew.Wire(0), crew.Wire(1));
        Lanes.Closed(1, suite.Scale.Seconds(1.5), (_, _) => reader.Get(Page));
        return new(count, server, reader, unread) { Rows = new($"its rows, SQL without a server, {Count(count)} messages stored", "500/s open loop", rows) };
    }

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
