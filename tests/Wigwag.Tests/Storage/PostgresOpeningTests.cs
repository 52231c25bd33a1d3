using Wigwag.Core.Store;
using Wigwag.Storage.Postgres;

namespace Wigwag.Tests.Storage;

/// <summary>PostgreSQL databases that are not what they should be: each is refused, says what to do, and stays as it is.</summary>
public sealed class PostgresOpeningTests : IAsyncLifetime
{
    private PostgresCluster _cluster = null!;
    private string _database = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.Shared;
        _database = await _cluster.EmptyDatabase();
    }

    public async ValueTask DisposeAsync() => await _cluster.Drop(_database);

    [Theory]
    [InlineData("DELETE FROM schema_migrations WHERE name LIKE '0003%'", "0003_issues.sql before it is not")]
    [InlineData("DELETE FROM schema_migrations WHERE name = (SELECT MAX(name) FROM schema_migrations)", "are recorded")]
    [InlineData("TRUNCATE schema_migrations", "are recorded")]
    [InlineData("DROP TABLE schema_migrations", "another program's")]
    [InlineData("INSERT INTO schema_migrations VALUES ('9999_later.sql', '', 0)", "newer than this program")]
    [InlineData("TRUNCATE seq_base", "seq_base")]
    [InlineData("DROP TABLE lease_tokens", "lease_tokens")]
    [InlineData("INSERT INTO projects (project, name, tracker, created_at) VALUES ('p', 'p', 'none', 0)", "the log is empty")]
    public async Task What_somebody_changed_behind_its_back_is_noticed(string sql, string said)
    {
        await (await PostgresStore.Open(_cluster.Address(_database), cancel: Stop)).DisposeAsync();
        await _cluster.Run(_database, sql);

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => PostgresStore.Open(_cluster.Address(_database), cancel: Stop));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CREATE TABLE customers (id INT)")]
    [InlineData("CREATE TABLE schema_migrations (version TEXT)")]
    [InlineData("CREATE VIEW answers AS SELECT 42 AS answer")]
    public async Task Another_programs_database_is_left_alone(string sql)
    {
        await _cluster.Run(_database, sql);

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => PostgresStore.Open(_cluster.Address(_database), cancel: Stop));

        Assert.Contains("another program's", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Next);
        await _cluster.Run(_database, "DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')) = 1; END $$");
    }

    [Fact]
    public async Task What_an_extension_brings_is_no_other_programs()
    {
        await _cluster.Run(_database, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");

        await (await PostgresStore.Open(_cluster.Address(_database), cancel: Stop)).DisposeAsync();
    }

    [Fact]
    public async Task A_user_without_rights_is_told_which()
    {
        await _cluster.Run("postgres", $"CREATE ROLE limited_{_database} LOGIN");
        try
        {
            await _cluster.Run(_database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
            var url = new UriBuilder(_cluster.Url(_database)) { UserName = $"limited_{_database}" }.Uri.ToString();
            Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);

            var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => PostgresStore.Open(address!, cancel: Stop));

            Assert.Contains("right", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("OWNER", refusal.Next, StringComparison.Ordinal);
        }
        finally
        {
            await _cluster.Run("postgres", $"DROP ROLE limited_{_database}");
        }
    }
}
