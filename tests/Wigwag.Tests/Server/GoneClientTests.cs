using System.Net;
using Wigwag.Core.Operations;
using Wigwag.Storage.Sqlite;
using Wigwag.Tests.Storage;

namespace Wigwag.Tests.Server;

/// <summary>What a client asks for ends with the client.</summary>
public sealed class GoneClientTests
{
    [Fact]
    public async Task A_query_ends_when_its_http_client_closes_the_connection_and_the_next_is_served()
    {
        using var folder = new TemporaryFolder();
        // One query at a time, with all the time in the world: only its client can end it.
        await using var store = SqliteStore.Open(
            folder["one.db"], new() { Readers = 1, ReadersOfOne = 1, WorkLimit = long.MaxValue, ReadLimit = TimeSpan.FromHours(1), StatementLimit = TimeSpan.FromHours(1), RoomLimit = TimeSpan.FromMinutes(5) });
        await using var server = await RunningServer.Start(options => options with { Store = store });
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        await store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.Execute("ALTER TABLE slots RENAME TO slots_kept");
            await session.Execute(
                """
                CREATE VIEW slots AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT 1 FROM n)
                SELECT k.* FROM (SELECT i FROM n WHERE i < 0 LIMIT 1) AS never CROSS JOIN slots_kept k
                """);
            return "endless";
        }, TestContext.Current.CancellationToken);

        for (var i = 0; i < 3; i++)
        {
            using var gone = new CancellationTokenSource();
            var asked = server.Http.GetAsync("/v1/projects/vc/slots", gone.Token);
            while (store.FreeReaders > 0 && !asked.IsCompleted)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            await RunningServer.Ok(await server.Http.Get("/v1/projects"));
        }
    }

    [Fact]
    public async Task A_query_over_its_budget_is_refused_over_http_with_what_to_narrow()
    {
        await using var server = await RunningServer.Start();
        await RunningServer.Ok(await server.Http.Post("/v1/agents", new { agent = "dave/vc", project = "github.com/o/vc" }));
        await server.Store.Write<string>(Caller.System, async (session, _) =>
        {
            await session.Execute("ALTER TABLE slots RENAME TO slots_kept");
            await session.Execute("CREATE VIEW slots AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'github.com/o/vc' AS project, CAST(i AS TEXT) AS slot, 1 AS capacity FROM n");
            return "endless";
        }, TestContext.Current.CancellationToken);
        try
        {
            using var response = await server.Http.Get("/v1/projects/vc/slots");
            // On a busy machine the time is up before the work is done.
            var isTime = response.StatusCode == HttpStatusCode.ServiceUnavailable;
            var problem = await RunningServer.Refused(
                response, isTime ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.RequestEntityTooLarge, isTime ? "query_timeout" : "too_costly");
            Assert.StartsWith("Ask for less", problem["next"]!.GetValue<string>(), StringComparison.Ordinal);
        }
        finally
        {
            await server.Store.Write<string>(Caller.System, async (session, _) =>
            {
                await session.Execute("DROP VIEW slots");
                await session.Execute("ALTER TABLE slots_kept RENAME TO slots");
                return "as it was";
            }, TestContext.Current.CancellationToken);
        }
    }
}
